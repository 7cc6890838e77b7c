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

/* One connection to the display of a running VM, until one of them ends. */
struct display_session {
	/* Borrowed; set before open. */
	struct display_vm *vm;
	struct display_events *loop;
	struct display_mailbox *mailbox;
	struct display_input *input;
	struct display_report *report;
	bool with_planes;  /* read a vGPU's planes beside QEMU, if possible */
	bool needs_planes; /* show nothing else */

	/* Orders, which a handler may set at any time. */
	unsigned int wanted; /* the screen to switch to; 0: none */
	bool hidden;	     /* nobody sees the pictures */

	sd_bus *bus; /* owned; to QEMU's consoles */
	sd_event_source *input_source;
	struct display_pulse pulse;
	struct display_head *shown;	 /* owned; NULL before open and after close */
	struct display_head *next;	 /* owned; replaces `shown` once it has a picture */
	struct display_mailbox *staging; /* owned; for the pictures of `next` */
	int64_t next_by;		 /* when `next` replaces `shown` at the latest */
	unsigned int switched_to;	 /* the screen of the last switch; 0: there was none */
	bool ended;			 /* the VM has ended */
	enum display_vm_end how;	 /* how it has ended */
	bool listener_closed;
	int64_t reason_by; /* until when to wait for the reason why QEMU closed; 0: it has not */
};

/*
 * Connects to that screen of the VM, or to the last one if there are fewer. Its pictures go
 * into the mailbox. -1 and err if that fails. All functions on the loop's thread.
 */
int display_session_open(struct display_session *session, unsigned int screen,
			 struct base_error *err);

/*
 * Shows the VM until it ends normally or the loop must stop: 0; -1 and err for any other end.
 */
int display_session_run(struct display_session *session, struct base_error *err);

/* Sends the remaining input and closes; also after an open that failed. */
void display_session_close(struct display_session *session);

#endif
