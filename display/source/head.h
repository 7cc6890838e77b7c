/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_HEAD_H
#define DISPLAY_HEAD_H

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "display/mailbox/mailbox.h"
#include "display/source/console.h"
#include "display/source/events.h"
#include "display/source/listener.h"
#include "display/source/planes.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/error.h"

/* One of the VM's screens: QEMU's console, and the sources of its pictures. */
struct display_head {
	struct display_console console;
	sd_bus *bus; /* owned; from QEMU to the listener */
	struct display_listener *listener;
	struct display_planes *planes; /* owned; NULL: only QEMU's pictures */
	bool closed;		       /* QEMU has closed its connection to the listener */
};

/*
 * Makes a screen with display_console_init, on a connection to QEMU that may serve several
 * screens. It shows nothing yet. bus and loop are borrowed. NULL and err on failure.
 */
struct display_head *display_head_create(sd_bus *bus, struct display_events *loop,
					 unsigned int number, struct base_error *err);

/* From now on QEMU's pictures go into the mailbox, which is borrowed. -1 and err on failure. */
int display_head_listen(struct display_head *head, struct display_mailbox *mailbox,
			struct base_error *err);

/* Nothing is put into the mailbox afterwards. A handler must not call it. */
void display_head_destroy(struct display_head *head); /* takes NULL */

BASE_DEFINE_CLEANUP_PTR(display_head, struct display_head, display_head_destroy)

#endif
