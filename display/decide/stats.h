/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_STATS_H
#define DISPLAY_STATS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "display/mailbox/mailbox.h"

#define DISPLAY_STATS_SECOND_NS INT64_C(1000000000)
#define DISPLAY_STATS_STEP_NS	INT64_C(100000)
#define DISPLAY_STATS_STEPS	1000 /* the last step also counts everything slower */

/* What was shown since `began`. Times are nanoseconds of CLOCK_MONOTONIC. */
struct display_stats {
	int64_t began;
	bool direct; /* the last picture's source */
	uint64_t presented;
	uint64_t flips, lost;		    /* of the guest; lost: never shown */
	uint64_t last_flip;		    /* number of the flip that was shown last; 0: none */
	uint64_t imports, copied;	    /* buffers; bytes */
	uint32_t late[DISPLAY_STATS_STEPS]; /* flip to present: flips by the steps that they took */
	uint32_t measured;
};

/* The figures of one second, for people and scripts. */
struct display_stats_report {
	bool direct;
	double seconds;
	double presented, flipped; /* per second; flipped only if direct */
	uint64_t lost, imports, copied;
	double median_ms, late_ms; /* flip to present: the median, and the 99th percentile */
};

void display_stats_begin(struct display_stats *stats, int64_t now);

/* Notes that the picture of `flip` was presented; number 0: not a new flip, or not known. */
void display_stats_present(struct display_stats *stats, const struct display_flip *flip,
			   bool direct, int64_t now);

/*
 * Fills *report and starts again once a second has passed; false before. imports and copied
 * are the totals so far.
 */
bool display_stats_report(struct display_stats *stats, uint64_t imports, uint64_t copied,
			  int64_t now, struct display_stats_report *report);

/* One line of JSON; -1 and errno if it cannot be written. */
int display_stats_write(const struct display_stats_report *report, FILE *file);

#endif
