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
 * When to draw, so that what is shown is as new as can be. Times are nanoseconds
 * of CLOCK_MONOTONIC. Pure: it reads no clock.
 */
struct display_pace {
	enum display_pace_mode mode;
	int64_t period;	   /* of the monitor; 0: not known */
	int64_t refreshed; /* a moment at which the monitor took a picture; 0: not known */
	int64_t presented; /* the last picture */
	int64_t cost;	   /* what drawing takes: the longest lately */
	int64_t handover;  /* what presenting takes that nothing holds up: the least lately */
	int64_t buffer;	   /* what getting a buffer takes that nothing holds up: likewise */
	bool is_told;	   /* when the monitor takes pictures: it need not be guessed */
	int64_t decided;   /* when to draw; 0: open */
	uint64_t flip;	   /* the guest's last one that we know of; 0: none */
	int64_t flipped;   /* when */
	int64_t interval;  /* between two of its flips: the shortest lately; 0: not known */
};

void display_pace_init(struct display_pace *pace, enum display_pace_mode mode);

/* Hertz; 0 or less where the desktop does not say. */
void display_pace_set_rate(struct display_pace *pace, int rate);

/*
 * What the guest flipped, or a picture that is not known to be a flip: waiting for a
 * newer one is worth while only where one may come in time.
 */
void display_pace_flip(struct display_pace *pace, const struct display_flip *flip);

/*
 * When something that is to be shown is to be drawn; now or earlier: at once.
 * What comes until then is shown instead.
 */
int64_t display_pace_due(const struct display_pace *pace, int64_t now);

/*
 * The same, but once decided it stays until the picture is drawn: who wakes up a
 * little late draws late, and does not wait for yet another refresh.
 */
int64_t display_pace_decide(struct display_pace *pace, int64_t now);

/* What is to be drawn may be so earlier, or only later. */
void display_pace_reconsider(struct display_pace *pace);

/*
 * A picture was drawn from `began` to `drawn` and given to the display server,
 * which returned at `presented`. One that kept us waiting did so until the
 * monitor was ready: that is how its phase is known.
 */
void display_pace_note(struct display_pace *pace, int64_t began, int64_t drawn, int64_t presented);

/*
 * A buffer to draw into was asked for, and was there at `got`: another way in which a
 * display server keeps us waiting until the monitor is ready.
 */
void display_pace_note_buffer(struct display_pace *pace, int64_t asked, int64_t got);

/*
 * The display server has said that it took a picture at that time. From then on the
 * phase is what it says, and how long it keeps us waiting tells nothing.
 */
void display_pace_note_refresh(struct display_pace *pace, int64_t at);

#endif
