/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_REPORT_H
#define DISPLAY_REPORT_H

#include "display/mailbox/mailbox.h"
#include "display/mailbox/status.h"

/* What a source's thread reports to the window about the VM and itself, through the mailbox. */
struct display_report {
	struct display_mailbox *mailbox; /* borrowed */
	struct display_status status;	 /* reported by display_report_state */
	struct display_wait call;	 /* the call that the thread is waiting for */
	int64_t silent_since;		 /* since when QEMU has not answered (ms); 0: it has */
};

/* Sets the title; one that is too long for a status is cut between two characters. */
void display_report_set_title(struct display_report *report, const char *title);

/* Reports the current status, with that state. */
void display_report_state(struct display_report *report, enum display_state state);

/* From now on the thread may wait for an answer of that peer; NONE: the answer has come. */
void display_report_call(struct display_report *report, enum display_peer peer);

/* QEMU has not answered its pulse since then, although no call waits for it; 0: it has. */
void display_report_silence(struct display_report *report, int64_t since);

#endif
