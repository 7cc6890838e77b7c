/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_WATCHDOG_H
#define DISPLAY_WATCHDOG_H

#include <pthread.h>
#include <stdbool.h>

struct wl_display;

/*
 * Ends the process where a call does not come back because the compositor is gone:
 * SDL_ShowWindow waits for the first configure event by calls that fail at once then,
 * for ever. A thread watches meanwhile.
 */
struct display_watchdog {
	struct wl_display *compositor; /* borrowed; NULL: nothing is watched */
	int stop;		       /* an eventfd; -1: none */
	pthread_t thread;
};

/* compositor NULL: does nothing, as without threads or files left. */
void display_watchdog_start(struct display_watchdog *watchdog, struct wl_display *compositor);

/* The call has come back; ends the thread. */
void display_watchdog_stop(struct display_watchdog *watchdog);

#endif
