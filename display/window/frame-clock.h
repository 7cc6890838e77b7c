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
 * Tells when the compositor has taken the picture that was presented. It uses its own
 * wl_surface.frame callback beside SDL's, on its own queue: if the callback does not come,
 * nobody sees the window, and the viewer learns that without waiting. If the display server
 * is not Wayland the clock is empty, and nothing is ever pending. Times are
 * display_clock_ns(). Main thread only.
 */
struct display_frame_clock {
	struct wl_display *compositor; /* borrowed; NULL: not Wayland */
	struct wl_event_queue *queue;
	struct wl_surface *surface;   /* wrapper of the window's: its callbacks go to the queue */
	struct wl_callback *callback; /* the pending one; NULL: none */
	int64_t asked;		      /* when it was asked for; 0: none is pending */
	int64_t taken;		      /* when the last one came; 0: not known */
};

/* Both are borrowed until finish. If memory is short the clock stays empty. */
void display_frame_clock_init(struct display_frame_clock *clock, struct wl_display *compositor,
			      struct wl_surface *surface);
void display_frame_clock_finish(struct display_frame_clock *clock); /* takes an empty one */

/* Asks for a callback for the next present, unless one is still pending. */
void display_frame_clock_ask(struct display_frame_clock *clock, int64_t now);

/*
 * Handles what was read from the compositor; reads nothing itself. True if the callback has
 * come since the last call. `at` is when it was read; 0: not known.
 */
bool display_frame_clock_dispatch(struct display_frame_clock *clock, int64_t at);

#endif
