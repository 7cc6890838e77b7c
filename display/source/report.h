/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_REPORT_H
#define DISPLAY_REPORT_H

#include "display/mailbox/mailbox.h"
#include "display/mailbox/status.h"

/* What a source's thread tells the window of the VM and of itself, by the mailbox. */
struct display_report {
	struct display_mailbox *mailbox; /* borrowed */
	struct display_status status;	 /* to be told by display_report_state */
	struct display_wait call;	 /* the call that is waited for */
	int64_t silent_since;		 /* QEMU, beside calls; display_clock_ms(); 0: it is not */
};

/* Cut between two characters where it is longer than a status has room for. */
void display_report_set_title(struct display_report *report, const char *title);

/* Tells the status as it is now, with that state. */
void display_report_state(struct display_report *report, enum display_state state);

/* What follows may wait for an answer of that peer; NONE: it has come. */
void display_report_call(struct display_report *report, enum display_peer peer);

/* QEMU has not answered since then, though nobody waits for it; 0: it has. */
void display_report_silence(struct display_report *report, int64_t since);

#endif
