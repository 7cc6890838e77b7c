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
 * Waits for the window's events or for another thread, by polling the display server's
 * connection and an eventfd. SDL 2 wakes itself with a request to the server (on Wayland
 * wl_display.sync, in SDL_waylandevents.c). While the server draws, its answer would be late,
 * and so would the guest's new picture. A signal handler may not send such a request either.
 */
struct display_waker {
	int fd;				   /* an eventfd: counts wakes */
	struct wl_display *compositor;	   /* SDL's connection to it; NULL: not on Wayland */
	struct display_frame_clock *clock; /* of the window, on that connection; borrowed */
	int x11;			   /* SDL's connection to the X server; -1: not on X11 */
};

#define DISPLAY_WAKER_INIT                                                                         \
	{                                                                                          \
		.fd = -1, .x11 = -1                                                                \
	}

/* -1 and err if no file descriptor is left. */
int display_waker_init(struct display_waker *waker, struct base_error *err);

/* Call it once the window exists, on the thread that waits. The window is borrowed. */
void display_waker_attach(struct display_waker *waker, struct display_window *window);

/* Ends the current wait, or the next one. On any thread and in signal handlers. */
void display_waker_wake(struct display_waker *waker);

/*
 * Waits for an event, at most `ms` milliseconds; -1: without a limit. On SDL's thread. True
 * with an event. False when woken, when the compositor has taken a picture
 * (display_window_pending_since), when the time is over, and sometimes sooner.
 */
bool display_waker_wait(struct display_waker *waker, SDL_Event *event, int ms);

/* Waits while there is no window, until woken or for `ms` milliseconds; -1: without a limit. */
void display_waker_sleep(struct display_waker *waker, int ms);

void display_waker_finish(struct display_waker *waker); /* takes one that was not initialised */

#endif
