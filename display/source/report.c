/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/report.h"

#include <string.h>

#include "display/picture/clock.h"

void display_report_set_title(struct display_report *report, const char *title)
{
	size_t length = strnlen(title, DISPLAY_STATUS_TITLE_SIZE);

	if (length == DISPLAY_STATUS_TITLE_SIZE) {
		length--;
		/* In UTF-8 the bytes of a character after its first one are 10xxxxxx. */
		while (length > 0 && ((unsigned char)title[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(report->status.title, title, length);
	report->status.title[length] = '\0';
}

void display_report_state(struct display_report *report, enum display_state state)
{
	report->status.state = state;
	display_mailbox_put_status(report->mailbox, &report->status);
}

static void tell_wait(const struct display_report *report)
{
	struct display_wait wait = report->call;

	if (report->silent_since != 0 &&
	    (wait.peer == DISPLAY_PEER_NONE ||
	     (wait.peer == DISPLAY_PEER_QEMU && wait.since > report->silent_since)))
		wait = (struct display_wait){ DISPLAY_PEER_QEMU, report->silent_since };
	display_mailbox_put_wait(report->mailbox, &wait);
}

void display_report_call(struct display_report *report, enum display_peer peer)
{
	if (report->call.peer == peer)
		return;
	report->call = (struct display_wait){ peer, display_clock_ms() };
	tell_wait(report);
}

void display_report_silence(struct display_report *report, int64_t since)
{
	if (report->silent_since == since)
		return;
	report->silent_since = since;
	tell_wait(report);
}
