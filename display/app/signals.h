/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SIGNALS_H
#define DISPLAY_SIGNALS_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "display/mailbox/mailbox.h"
#include "vgpu/base/error.h"

/*
 * From now on SIGINT, SIGTERM and SIGHUP end the viewer in good order and SIGUSR1 asks
 * for a screenshot, by the mailbox, once the event loop runs. Handlers and not a
 * mask: until then, and in a start that hangs, SIGINT does what it always does.
 * Once in a process; mailbox is borrowed until finish.
 */
int display_signals_init(sd_event *event, struct display_mailbox *mailbox, struct base_error *err);

/* True when the mailbox has been told to end by a signal; any thread. */
bool display_signals_have_ended(void);

/* While the event loop does not run; also after an init that failed or never was. */
void display_signals_finish(void);

#endif
