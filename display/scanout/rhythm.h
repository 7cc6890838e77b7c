/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_RHYTHM_H
#define DISPLAY_SCANOUT_RHYTHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Flips that a rhythm is found in, at most and at least. */
#define SCANOUT_RHYTHM_FLIPS 16
#define SCANOUT_RHYTHM_LEAST 8

/* How many periods two flips may lie apart for that distance to be a habit. */
#define SCANOUT_RHYTHM_STEPS 31

/*
 * What the flips of a guest have in common: its screen is refreshed at even distances,
 * and it flips at some of the refreshes, a little early or late. All times are
 * nanoseconds; `last` is one of the clock that the flips were given in.
 */
struct scanout_rhythm {
	int64_t period;	     /* of the refreshes; 0: none is known */
	uint64_t last;	     /* the refresh of the last flip */
	int64_t early, late; /* how far before and after their refreshes flips came at most */
	uint32_t steps;	     /* bit n: it is a habit to flip n refreshes after the last flip */
};

/*
 * Finds the rhythm of flips, in their order; no more than SCANOUT_RHYTHM_FLIPS. False if
 * they have none, or are too few to tell, or lie too far apart.
 */
bool scanout_rhythm_find(struct scanout_rhythm *rhythm, const uint64_t *flips, size_t count);

/* Whether a flip after the last one came at a refresh, habit or not. */
bool scanout_rhythm_has(const struct scanout_rhythm *rhythm, uint64_t flip);

/* The last refresh becomes the last one before that, whether a flip was seen there or not. */
void scanout_rhythm_advance(struct scanout_rhythm *rhythm, uint64_t now);

#endif
