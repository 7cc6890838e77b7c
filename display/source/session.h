/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SESSION_H
#define DISPLAY_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "display/mailbox/input.h"
#include "display/mailbox/mailbox.h"
#include "display/source/events.h"
#include "display/source/head.h"
#include "display/source/pulse.h"
#include "display/source/report.h"
#include "display/source/vm.h"
#include "vgpu/base/error.h"

/* One connection to the display of a VM that runs, until one of them ends. */
struct display_session {
	/* Borrowed; set before open. */
	struct display_vm *vm;
	struct display_events *loop;
	struct display_mailbox *mailbox;
	struct display_input *input;
	struct display_report *report;
	bool with_planes;  /* a vGPU's are read beside QEMU, where they can be */
	bool needs_planes; /* nothing else is shown */

	/* Orders, which handlers may give at any time. */
	unsigned int wanted; /* the screen to switch to; 0: none */
	bool hidden;	     /* nobody sees the pictures */

	sd_bus *bus; /* owned; to QEMU's consoles */
	sd_event_source *input_source;
	struct display_pulse pulse;
	struct display_head *shown;	 /* owned; NULL before open and after close */
	struct display_head *next;	 /* owned; takes its place once it has a picture */
	struct display_mailbox *staging; /* owned; for the pictures of next */
	int64_t next_by;		 /* when next takes its place at the latest */
	unsigned int switched_to; /* the last screen that took another's place; 0: none did */
	bool ended;		  /* the VM has said so, and how */
	enum display_vm_end how;
	bool listener_closed;
	int64_t reason_by; /* till when to wait for why QEMU has closed; 0: it has not */
};

/*
 * Connects to that screen of the VM, or to the last one, and has its pictures put into
 * the mailbox. -1 and err if that fails. All on the loop's thread.
 */
int display_session_open(struct display_session *session, unsigned int screen,
			 struct base_error *err);

/*
 * Shows the VM until it ends in good order, or the loop is to stop: 0; -1 and err for any
 * other end.
 */
int display_session_run(struct display_session *session, struct base_error *err);

/* Sends what input there is; also after an open that failed. */
void display_session_close(struct display_session *session);

#endif
