/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_PACE_H
#define DISPLAY_SCANOUT_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define SCANOUT_NEVER UINT64_MAX

/*
 * When to look at the plane. Times are nanoseconds of CLOCK_MONOTONIC. A picture
 * that stands still is looked at half as often, once a millisecond: any flip, the
 * first one too, is to be noticed within that. A viewer whose window nobody sees
 * asks for no looks at all.
 */
struct scanout_pace {
	uint32_t interval_us; /* that the viewer asked for; 0: do not look */
	uint64_t flipped;     /* when the last flip was seen */
};

/* False for an interval that the protocol does not have. */
bool scanout_pace_set(struct scanout_pace *pace, uint32_t interval_us);

/*
 * The look that follows the one that was due at `due`. Deadlines keep their grid, but
 * those that were missed are not made up for.
 */
uint64_t scanout_pace_next(const struct scanout_pace *pace, uint64_t due, uint64_t now);

#endif
