/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_FRAME_CLOCK_H
#define DISPLAY_FRAME_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct wl_callback;
struct wl_display;
struct wl_event_queue;
struct wl_surface;

/*
 * When the compositor has taken what was presented, by a wl_surface.frame callback of
 * our own beside SDL's, on a queue of our own: one that does not come tells, without
 * waiting for it, that nobody sees the window. Elsewhere than on Wayland it is empty,
 * and nothing is ever pending. Times are display_clock_ns(). Main thread only.
 */
struct display_frame_clock {
	struct wl_display *compositor; /* borrowed; NULL: not Wayland */
	struct wl_event_queue *queue;
	struct wl_surface *surface;   /* the window's, wrapped: its callbacks go to the queue */
	struct wl_callback *callback; /* that has not come; NULL: none */
	int64_t asked;		      /* when it was asked for; 0: none is pending */
	int64_t taken;		      /* when the last one came; 0: not known */
};

/* Both are borrowed until finish. Without memory it stays empty. */
void display_frame_clock_init(struct display_frame_clock *clock, struct wl_display *compositor,
			      struct wl_surface *surface);
void display_frame_clock_finish(struct display_frame_clock *clock); /* takes an empty one */

/* What is presented next is to be told of, unless something before it still is. */
void display_frame_clock_ask(struct display_frame_clock *clock, int64_t now);

/*
 * Looks at what was read from the compositor, and reads nothing itself. True if a
 * callback has come since the last call. `at` is when it was read, as far as that is
 * known; else 0.
 */
bool display_frame_clock_dispatch(struct display_frame_clock *clock, int64_t at);

#endif
