/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SIGNALS_H
#define DISPLAY_SIGNALS_H

#include <stdbool.h>

#include "display/window/waker.h"

/* What signals have asked for since the last take. */
struct display_signals {
	bool end;	 /* by SIGINT, SIGTERM or SIGHUP */
	bool screenshot; /* by SIGUSR1 */
};

/*
 * From now on these signals are taken note of, and wake the waker, which is borrowed
 * until finish; a second one to end ends the program at once, whatever hangs. Until then
 * they do what they always do. Once in a process.
 */
void display_signals_init(struct display_waker *waker);

struct display_signals display_signals_take(void);

/* Whether a signal has ever asked for the end. */
bool display_signals_have_ended(void);

/* They do again what they did before; also without an init. */
void display_signals_finish(void);

#endif
