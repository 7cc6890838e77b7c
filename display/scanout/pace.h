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
	SCANOUT_PACE_FIRST,  /* of those, after a time without */
	SCANOUT_PACE_PROBE,  /* in such a time */
	SCANOUT_PACE_SELDOM, /* the guest stands still, or the viewer wants no more */
};

/*
 * When to look at the plane: seldom where no flip is awaited, often where one is. It
 * knows no clock: times are nanoseconds of CLOCK_MONOTONIC that the caller read.
 */
struct scanout_pace {
	uint32_t interval_us; /* that the viewer asked for; 0: do not look */
	uint64_t flipped;     /* when the last flip was seen */
	uint64_t stirred;     /* when the guest was last seen, or made, to do something */
	uint64_t hurried;     /* when the user last did something that may hasten a flip */
	enum scanout_pace_look look;
	uint64_t step; /* between that look and the one before it */
	uint64_t due;  /* when it is to be */

	uint64_t flips[SCANOUT_RHYTHM_FLIPS]; /* since there is no doubt of a rhythm; in order */
	size_t count;
	struct scanout_rhythm rhythm;  /* that is followed; period 0: none */
	uint64_t opens;		       /* when the next flip is awaited by it */
	uint64_t margin;	       /* by how much that is before any flip came lately */
	unsigned int learnt, followed; /* flips without and then with the rhythm */
	unsigned int needed;	       /* that many have to be learnt before it is followed */
	uint8_t strikes;	       /* the last flips, newest in bit 0: 1, it was off */
};

/*
 * Begins, with the interval that the viewer asks for: what it will see next it has not
 * seen. False, and nothing changed, for an interval that the protocol does not have.
 */
bool scanout_pace_set(struct scanout_pace *pace, uint32_t interval_us, uint64_t now);

/* The look at `now` saw a flip. */
void scanout_pace_note_flip(struct scanout_pace *pace, uint64_t now);

/* The user did something. True: the plane is to be looked at now, and often. */
bool scanout_pace_note_input(struct scanout_pace *pace, uint64_t now);

/*
 * After a look at `now`, which was due at `due`, and after what it saw was noted: when
 * the next one is due; SCANOUT_NEVER while nobody looks. Deadlines of frequent looks
 * keep their grid, but those that were missed are not made up for.
 */
uint64_t scanout_pace_next(struct scanout_pace *pace, uint64_t due, uint64_t now);

/* By how much the look that is next may come after it is due; nanoseconds. */
uint64_t scanout_pace_slack(const struct scanout_pace *pace);

/*
 * Whether input is to be noticed before the look that is next: not if that comes in a
 * moment, nor if the guest flips at each refresh of its own accord.
 */
bool scanout_pace_heeds_input(const struct scanout_pace *pace, uint64_t next, uint64_t now);

#endif
