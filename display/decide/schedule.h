/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCHEDULE_H
#define DISPLAY_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "display/decide/pace.h"
#include "display/decide/screen.h"

#define DISPLAY_SCHEDULE_NEVER INT64_MAX

/*
 * Decides when to draw, when to wake up, and whether the sources may rest, from the state of
 * the screen and the window. Pure: it reads no clock. Times are nanoseconds of
 * CLOCK_MONOTONIC.
 */
struct display_schedule {
	struct display_pace pace;
	bool dirty;	   /* something must be drawn */
	bool unseen;	   /* the film has a picture that the window has not shown */
	int64_t presented; /* the last picture */
	int64_t active;	   /* the last new picture of the guest, or input of the user */
};

/* The state of the rest of the viewer at the time of a decision. */
struct display_schedule_facts {
	bool shown;   /* the window was put on the screen */
	bool visible; /* as far as the desktop says: it is not minimised */
	/*
	 * Since when the last picture has been waiting for the compositor to take it; 0: it was
	 * taken, or the display server does not say.
	 */
	int64_t pending_since;
	bool films;   /* a film is recorded, even while nobody sees the window */
	bool shoots;  /* a screenshot is wanted: wake up often */
	int64_t next; /* when another part of the viewer has something to do; NEVER: none has */
};

struct display_schedule_decision {
	int64_t draw_at; /* NEVER: not until something changes */
	int64_t wake_at; /* the loop has nothing to do before; NEVER: until something happens */
	bool seen;	 /* the user can see the window, as far as is known */
	bool rests;	 /* the sources may rest: their pictures are not needed */
	bool presents;	 /* the picture is presented in the window, not only added to a film */
};

void display_schedule_init(struct display_schedule *schedule, enum display_pace_mode mode);

/* Something in the window other than the guest's picture has changed. */
void display_schedule_mark(struct display_schedule *schedule);

/* Notes that the screen took an update; changes is a set of enum display_screen_change. */
void display_schedule_take(struct display_schedule *schedule, const struct display_screen *screen,
			   unsigned int changes);

/* The user typed or moved the mouse: the guest may draw something, even without a flip. */
void display_schedule_note_input(struct display_schedule *schedule, int64_t now);

struct display_schedule_decision display_schedule_decide(struct display_schedule *schedule,
							 const struct display_screen *screen,
							 const struct display_schedule_facts *facts,
							 int64_t now);

/*
 * Whether the window may be shown now. It should open with the size of the guest's picture.
 * QEMU looks at a vGPU's planes only once a display is connected, so its first picture is
 * one of its own, and the vGPU's follows at once. The wait for a picture is short, because
 * the guest may show none.
 */
bool display_schedule_may_show(const struct display_screen *screen, int64_t now);

/* Notes that the picture was only added to a film, at that time. */
void display_schedule_note_unseen(struct display_schedule *schedule, int64_t now);

/* As display_pace_note, for a picture that was presented. */
void display_schedule_note(struct display_schedule *schedule, int64_t began, int64_t drawn,
			   int64_t presented);

#endif
