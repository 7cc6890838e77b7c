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
 * From now on these signals are recorded and wake the waker, which is borrowed until
 * finish. A second signal that asks for the end kills the program at once, even if something
 * hangs. Before this call the signals have their default effect. Once in a process.
 */
void display_signals_init(struct display_waker *waker);

struct display_signals display_signals_take(void);

/* Whether a signal has ever asked for the end. */
bool display_signals_have_ended(void);

/* Restores the signals' previous effect; does nothing without an init. */
void display_signals_finish(void);

#endif
