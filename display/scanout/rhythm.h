/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_RHYTHM_H
#define DISPLAY_SCANOUT_RHYTHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most and the fewest flips in which a rhythm is found. */
#define SCANOUT_RHYTHM_FLIPS 16
#define SCANOUT_RHYTHM_LEAST 8

/* The most periods between two flips that can count as a habit. */
#define SCANOUT_RHYTHM_STEPS 31

/*
 * The common pattern of a guest's flips: its screen is refreshed at even intervals, and it
 * flips at some of the refreshes, a little early or late. All times are nanoseconds; `last`
 * is on the same clock as the flips.
 */
struct scanout_rhythm {
	int64_t period;	     /* of the refreshes; 0: none is known */
	uint64_t last;	     /* the refresh of the last flip */
	int64_t early, late; /* how long before and after its refresh a flip came at most */
	uint32_t steps;	     /* bit n: the guest often flips n refreshes after the last flip */
};

/*
 * Finds the rhythm of at most SCANOUT_RHYTHM_FLIPS flips, given in order. False if they have
 * none, are too few to tell, or are too far apart.
 */
bool scanout_rhythm_find(struct scanout_rhythm *rhythm, const uint64_t *flips, size_t count);

/* Whether a flip after the last one came at a refresh, at a habitual one or not. */
bool scanout_rhythm_has(const struct scanout_rhythm *rhythm, uint64_t flip);

/* Moves `last` to the last refresh before `now`, whether a flip was seen there or not. */
void scanout_rhythm_advance(struct scanout_rhythm *rhythm, uint64_t now);

#endif
