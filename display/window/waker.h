/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_WAKER_H
#define DISPLAY_WAKER_H

#include <SDL.h>
#include <stdbool.h>
#include <stdint.h>

#include "display/window/window.h"
#include "vgpu/base/error.h"

struct wl_display;

/*
 * Waits for the window's events or for another thread: for the display server's
 * connection beside an eventfd. SDL 2 would wake itself by a question to the server (on
 * Wayland wl_display.sync, in SDL_waylandevents.c): while that draws, its answer, and
 * with it the guest's new picture, would be late. And no signal handler may ask it.
 */
struct display_waker {
	int fd;				   /* an eventfd: counts wakes */
	struct wl_display *compositor;	   /* SDL's connection to it; NULL: not on Wayland */
	struct display_frame_clock *clock; /* the window's, on that; borrowed */
	int x11;			   /* the X server's connection, SDL's; -1: not on X11 */
};

#define DISPLAY_WAKER_INIT                                                                         \
	{                                                                                          \
		.fd = -1, .x11 = -1                                                                \
	}

/* -1 and err if there are no files left. */
int display_waker_init(struct display_waker *waker, struct base_error *err);

/* Once there is a window, which is borrowed; on the thread that waits. */
void display_waker_attach(struct display_waker *waker, struct display_window *window);

/* Ends the wait there is, or the next one. On any thread and in signal handlers. */
void display_waker_wake(struct display_waker *waker);

/*
 * For an event, at most so many milliseconds; -1: until there is one. On SDL's
 * thread. True with an event; false when woken, when the compositor has taken a
 * picture (display_window_pending_since) or when the time is over, and sometimes sooner.
 */
bool display_waker_wait(struct display_waker *waker, SDL_Event *event, int ms);

/* As wait, while there is no window: until woken, or so many milliseconds; -1: for ever. */
void display_waker_sleep(struct display_waker *waker, int ms);

void display_waker_finish(struct display_waker *waker); /* takes one that was not initialised */

#endif
