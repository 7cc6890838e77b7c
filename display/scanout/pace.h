/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_PACE_H
#define DISPLAY_SCANOUT_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "display/scanout/rhythm.h"

#define SCANOUT_NEVER UINT64_MAX

/* What the next look is for. */
enum scanout_pace_look {
	SCANOUT_PACE_OFTEN,  /* one of many: it tells when a flip was */
	SCANOUT_PACE_FIRST,  /* the first of many, after a time without looks */
	SCANOUT_PACE_PROBE,  /* a single look in such a time */
	SCANOUT_PACE_SELDOM, /* the guest stands still, or the viewer's interval is long */
};

/*
 * Decides when to look at the plane: seldom if no flip is awaited, often if one is. It reads
 * no clock: times are nanoseconds of CLOCK_MONOTONIC that the caller has read.
 */
struct scanout_pace {
	uint32_t interval_us; /* the interval that the viewer asked for; 0: do not look */
	uint64_t flipped;     /* when the last flip was seen */
	uint64_t stirred;     /* when the guest last flipped, or the user last did something */
	uint64_t hurried;     /* when the user last did something that may cause an early flip */
	enum scanout_pace_look look;
	uint64_t step; /* between the next look and the one before it */
	uint64_t due;  /* when the next look is due */

	uint64_t flips[SCANOUT_RHYTHM_FLIPS]; /* the flips to find a rhythm in; in order */
	size_t count;
	struct scanout_rhythm rhythm;  /* the one that is followed; period 0: none */
	uint64_t opens;		       /* when the window for the next flip opens */
	uint64_t margin;	       /* how long before the earliest flip lately it opens */
	unsigned int learnt, followed; /* flips seen before and since the rhythm is followed */
	unsigned int needed;	       /* flips to learn before a rhythm is followed */
	uint8_t strikes; /* the last flips, newest in bit 0; 1: it was off the rhythm */
};

/*
 * Starts again with the interval that the viewer asks for, and forgets earlier flips. False,
 * with nothing changed, if the protocol does not allow the interval.
 */
bool scanout_pace_set(struct scanout_pace *pace, uint32_t interval_us, uint64_t now);

/* The look at `now` saw a flip. */
void scanout_pace_note_flip(struct scanout_pace *pace, uint64_t now);

/* The user did something. If true, look at the plane now, and often. */
bool scanout_pace_note_input(struct scanout_pace *pace, uint64_t now);

/*
 * When the next look is due; SCANOUT_NEVER while the viewer wants none. Call it after a look
 * at `now`, which was due at `due`, once what it saw was noted. Frequent looks keep their
 * grid of times, but missed looks are skipped.
 */
uint64_t scanout_pace_next(struct scanout_pace *pace, uint64_t due, uint64_t now);

/* How late the next look may come; nanoseconds. */
uint64_t scanout_pace_slack(const struct scanout_pace *pace);

/*
 * Whether input must be noticed before the next look. It need not be if that look comes in a
 * moment, or if the guest flips at each refresh anyway.
 */
bool scanout_pace_heeds_input(const struct scanout_pace *pace, uint64_t next, uint64_t now);

#endif
