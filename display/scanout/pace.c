/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/pace.h"

#include "display/scanout/protocol.h"

#define STILL_NS       UINT64_C(1000000000) /* so long a picture must have stood */
#define STILL_LEAST_US 1000		    /* to be looked at no more often than that */

bool scanout_pace_set(struct scanout_pace *pace, uint32_t interval_us)
{
	if (interval_us != 0 &&
	    (interval_us < SCANOUT_INTERVAL_MIN_US || interval_us > SCANOUT_INTERVAL_MAX_US))
		return false;
	pace->interval_us = interval_us;
	return true;
}

uint64_t scanout_pace_next(const struct scanout_pace *pace, uint64_t due, uint64_t now)
{
	uint64_t still = now > pace->flipped ? now - pace->flipped : 0;
	uint64_t interval = pace->interval_us;
	uint64_t next;

	if (interval == 0)
		return SCANOUT_NEVER;
	if (still >= STILL_NS && interval < STILL_LEAST_US)
		interval = STILL_LEAST_US;
	next = due + interval * 1000;
	return next > now ? next : now + interval * 1000;
}
