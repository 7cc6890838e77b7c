/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_NOTICE_H
#define DISPLAY_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "display/mailbox/status.h"

/* What decides the notice over the guest's picture. Pure: reads no clock. */
struct display_notice {
	bool keys;		  /* the user wants to see the hot keys */
	enum display_state state; /* of the VM */
	bool blank;		  /* the guest shows no picture */
	bool new;		  /* it has not shown one before either */
	struct display_wait wait; /* whose answer is waited for */
	const char *problem;	  /* why its picture cannot be shown; NULL: it can */
};

/* For how long an answer has been missing, in milliseconds; 0: too short to matter. */
int64_t display_notice_silence(const struct display_wait *wait, int64_t now);

/* The text, owned by the caller; NULL: nothing to say, or no memory. now: display_clock_ms(). */
char *display_notice_format(const struct display_notice *notice, int64_t now);

/* When the text about a wait changes only because time passes; INT64_MAX: never. */
int64_t display_notice_changes_at(const struct display_wait *wait, int64_t now);

#endif
