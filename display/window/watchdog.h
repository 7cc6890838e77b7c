/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_WATCHDOG_H
#define DISPLAY_WATCHDOG_H

#include <pthread.h>
#include <stdbool.h>

struct wl_display;

/*
 * Ends the process if a call does not return because the compositor is gone. SDL_ShowWindow
 * waits for the first configure event in a loop, and never leaves it when its calls fail. A
 * thread watches the connection meanwhile.
 */
struct display_watchdog {
	struct wl_display *compositor; /* borrowed; NULL: nothing is watched */
	int stop;		       /* an eventfd; -1: none */
	pthread_t thread;
};

/* Does nothing if compositor is NULL, or if no thread or file descriptor is left. */
void display_watchdog_start(struct display_watchdog *watchdog, struct wl_display *compositor);

/* Ends the thread, because the call has returned. */
void display_watchdog_stop(struct display_watchdog *watchdog);

#endif
