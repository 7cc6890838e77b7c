/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_NOTICE_H
#define DISPLAY_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "display/mailbox/status.h"

/* What the window has to say over the guest's picture. Pure. */
struct display_notice {
	bool keys;		  /* the user wants to see the hot keys */
	enum display_state state; /* of the VM */
	bool blank;		  /* the guest shows no picture */
	bool new;		  /* nor has it shown one before */
	struct display_wait wait; /* whose answer is waited for */
	const char *problem;	  /* why its picture cannot be shown; NULL: it can */
};

/* For how long an answer has been missing, in milliseconds; 0: not so long that it matters. */
int64_t display_notice_silence(const struct display_wait *wait, int64_t now);

/* Owned by the caller; NULL: nothing, or no memory. now: display_clock_ms(). */
char *display_notice_format(const struct display_notice *notice, int64_t now);

/* When there are other words for a wait although nothing has happened; INT64_MAX: never. */
int64_t display_notice_changes_at(const struct display_wait *wait, int64_t now);

#endif
