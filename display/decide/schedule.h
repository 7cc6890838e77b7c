/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCHEDULE_H
#define DISPLAY_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "display/decide/pace.h"
#include "display/decide/screen.h"

#define DISPLAY_SCHEDULE_NEVER INT64_MAX

/*
 * When to draw, when to wake up, and whether the sources may rest, from what the
 * screen and the window say. Pure: it reads no clock. Times are nanoseconds of
 * CLOCK_MONOTONIC.
 */
struct display_schedule {
	struct display_pace pace;
	bool dirty;	   /* something is to be drawn */
	bool unseen;	   /* the window lacks what a film has got already */
	int64_t presented; /* the last picture */
	int64_t active;	   /* the last new picture of the guest, or input of the user */
};

/* What the rest of the viewer says at the time of a decision. */
struct display_schedule_facts {
	bool shown;   /* the window was put on the screen */
	bool visible; /* as far as the desktop tells: not minimised */
	/*
	 * Since when the desktop has not taken what was presented last; 0: it has, or the
	 * display server does not tell.
	 */
	int64_t pending_since;
	bool films;   /* a film is made of what the guest shows, seen or not */
	bool shoots;  /* a screenshot is waited for: look often */
	int64_t next; /* when somebody else has something to do; NEVER: nobody has */
};

struct display_schedule_decision {
	int64_t draw_at; /* NEVER: not as things stand */
	int64_t wake_at; /* the loop has nothing to do before; NEVER: until something happens */
	bool seen;	 /* somebody sees the window, as far as is known */
	bool rests;	 /* nobody needs what the sources put */
	bool presents;	 /* what is drawn goes to the window, too, and not only to a film */
};

void display_schedule_init(struct display_schedule *schedule, enum display_pace_mode mode);

/* Something that is drawn has changed, but for the guest's picture. */
void display_schedule_mark(struct display_schedule *schedule);

/* The screen has taken an update; changes is a set of enum display_screen_change. */
void display_schedule_take(struct display_schedule *schedule, const struct display_screen *screen,
			   unsigned int changes);

/* The user has typed or moved the mouse: the guest may draw an answer, flip or not. */
void display_schedule_note_input(struct display_schedule *schedule, int64_t now);

struct display_schedule_decision display_schedule_decide(struct display_schedule *schedule,
							 const struct display_screen *screen,
							 const struct display_schedule_facts *facts,
							 int64_t now);

/*
 * Whether the window may come, with the size of the guest's picture: QEMU looks at a
 * vGPU's planes only for a display that is there, so its first picture is one of its own
 * and the vGPU's follows at once. A guest that shows none is not waited for for long.
 */
bool display_schedule_may_show(const struct display_screen *screen, int64_t now);

/* What is new went into a film only, at that time. */
void display_schedule_note_unseen(struct display_schedule *schedule, int64_t now);

/* As display_pace_note, for a picture that was presented. */
void display_schedule_note(struct display_schedule *schedule, int64_t began, int64_t drawn,
			   int64_t presented);

#endif
