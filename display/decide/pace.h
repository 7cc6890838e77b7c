/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_PACE_H
#define DISPLAY_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "display/mailbox/mailbox.h"

enum display_pace_mode {
	DISPLAY_PACE_VSYNC,	/* as late as the monitor's next refresh and the guest allow */
	DISPLAY_PACE_IMMEDIATE, /* at once; the picture may tear */
};

/*
 * Decides when to draw, so that the picture on the screen is as new as possible. Times are
 * nanoseconds of CLOCK_MONOTONIC. Pure: it reads no clock.
 */
struct display_pace {
	enum display_pace_mode mode;
	int64_t period;	   /* of the monitor; 0: not known */
	int64_t refreshed; /* a moment at which the monitor took a picture; 0: not known */
	int64_t presented; /* the last picture */
	int64_t cost;	   /* how long drawing takes: the longest time lately */
	int64_t handover;  /* how long presenting takes without waiting: the least time lately */
	int64_t buffer;	   /* how long getting a buffer takes without waiting: likewise */
	bool is_told;	   /* the display server says when the monitor takes pictures */
	int64_t decided;   /* when to draw; 0: not decided */
	uint64_t flip;	   /* number of the guest's last known flip; 0: none */
	int64_t flipped;   /* when that was */
	int64_t interval;  /* between two of its flips: the shortest time lately; 0: not known */
};

void display_pace_init(struct display_pace *pace, enum display_pace_mode mode);

/* Sets the monitor's refresh rate in hertz; 0 or less if the desktop does not say. */
void display_pace_set_rate(struct display_pace *pace, int rate);

/*
 * Notes a flip of the guest, or with number 0 a picture that is not known to be one. From
 * the flips it learns whether a newer picture may come before the next refresh: only then
 * is it worth waiting.
 */
void display_pace_flip(struct display_pace *pace, const struct display_flip *flip);

/*
 * When to draw the next picture; a time that is not after `now` means at once. A newer
 * picture that comes until then is shown instead.
 */
int64_t display_pace_due(const struct display_pace *pace, int64_t now);

/*
 * As display_pace_due, but the decision stays until the picture is drawn: if the viewer
 * wakes up a little late, it draws late and does not wait for one more refresh.
 */
int64_t display_pace_decide(struct display_pace *pace, int64_t now);

/* Drops the decision, because the picture may now be drawn earlier or only later. */
void display_pace_reconsider(struct display_pace *pace);

/*
 * Notes that a picture was drawn from `began` to `drawn` and handed to the display server,
 * which returned at `presented`. If the display server made us wait, it did so until the
 * monitor was ready, which tells the monitor's phase.
 */
void display_pace_note(struct display_pace *pace, int64_t began, int64_t drawn, int64_t presented);

/*
 * Notes that a buffer to draw into was asked for at `asked` and was available at `got`. This
 * is another point at which a display server makes us wait until the monitor is ready.
 */
void display_pace_note_buffer(struct display_pace *pace, int64_t asked, int64_t got);

/*
 * The display server has said that it took a picture at that time. From then on only this
 * tells the phase, and the time that it makes us wait is ignored.
 */
void display_pace_note_refresh(struct display_pace *pace, int64_t at);

#endif
