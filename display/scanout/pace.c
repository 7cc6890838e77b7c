/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/pace.h"

#include "display/scanout/protocol.h"

/*
 * The goal: notice a flip within the interval that the viewer asked for, half a millisecond,
 * and wake the processor as seldom as that allows. A look itself costs next to nothing; what
 * costs energy is the wake-up.
 *
 * If a guest has a rhythm (rhythm.h), the plane is looked at often from shortly before its
 * next flip is due until the flip is seen. How long before depends on how early its flips
 * came lately. A late flip is awaited like any other. If a flip was seen late because this
 * program was not woken in time, nothing is learnt from it. At 60 Hz, with `|` for a look and
 * `F` for one that saw a flip:
 *
 *	F               |               ||||F             |             |||F
 *	^ sleeps        ^ a probe       ^ the window opens
 *
 * Between flips there is at least one probe, because otherwise a guest that starts to flip
 * twice as often would look the same. If a guest with two buffers has flipped twice before
 * the probe, the probe sees the same buffer as before, so its place changes each time. A
 * probe that sees a flip ends the trust in the rhythm, because that flip was noticed late.
 * Each time this happens, more flips have to be seen before a rhythm is trusted again. So a
 * guest that only seems to have a rhythm is soon looked at all the time, as is every guest
 * without a trusted rhythm.
 *
 * If a guest stands still, the plane is finally looked at once a refresh. The first flip is
 * then noticed up to a refresh late, unless the user did something: the viewer reports that,
 * and what the guest draws in response is awaited like a flip.
 */
#define US	     UINT64_C(1000)
#define MS	     UINT64_C(1000000)
#define ANSWER_NS    (300 * MS)	  /* after input the guest may flip out of its rhythm */
#define HURRY_NS     (1000 * MS)  /* after a flip or input: look at the viewer's interval */
#define STILL_NS     (2500 * MS)  /* without a flip for so long a guest stands still */
#define CALM_NS	     (1 * MS)	  /* between looks before it stands still */
#define REFRESH_NS   (16500 * US) /* between looks then; with the slack a refresh at 60 Hz */
#define SLACK_NS     (500 * US)
#define MOMENT_NS    (2 * MS) /* if the next look is so near, other things wait for it */
#define LATE_NS	     (1 * MS) /* if woken so late, the time of a flip is not known */
#define PROBED_NS    (6 * MS) /* a shorter time without a look needs no probe */
#define EARLY_ONE_IN 32
#define NEEDED_LEAST SCANOUT_RHYTHM_LEAST
#define NEEDED_MOST  128
#define STRIKES_OUT  3 /* of the last eight flips */

static uint64_t interval_of(const struct scanout_pace *pace)
{
	return pace->interval_us * US;
}

static uint64_t longer(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Stops following a rhythm, and starts to learn the next one. */
static void forget_rhythm(struct scanout_pace *pace)
{
	pace->rhythm = (struct scanout_rhythm){ 0 };
	pace->count = 0;
	pace->learnt = 0;
}

bool scanout_pace_set(struct scanout_pace *pace, uint32_t interval_us, uint64_t now)
{
	if (interval_us != 0 &&
	    (interval_us < SCANOUT_INTERVAL_MIN_US || interval_us > SCANOUT_INTERVAL_MAX_US))
		return false;
	*pace = (struct scanout_pace){
		.interval_us = interval_us,
		.flipped = now,
		.stirred = now,
		.look = SCANOUT_PACE_SELDOM,
		.needed = NEEDED_LEAST,
	};
	return true;
}

/* --- what was seen ----------------------------------------------------------- */

static void keep_flip(struct scanout_pace *pace, uint64_t now)
{
	if (pace->count == SCANOUT_RHYTHM_FLIPS) {
		for (size_t i = 1; i < pace->count; i++)
			pace->flips[i - 1] = pace->flips[i];
		pace->count--;
	}
	pace->flips[pace->count++] = now;
}

static void learn(struct scanout_pace *pace, uint64_t now)
{
	keep_flip(pace, now);
	if (++pace->learnt < pace->needed ||
	    !scanout_rhythm_find(&pace->rhythm, pace->flips, pace->count))
		return;
	pace->followed = 0;
	pace->strikes = 0;
	pace->margin = interval_of(pace);
}

static void distrust(struct scanout_pace *pace)
{
	forget_rhythm(pace);
	pace->needed *= 2;
	if (pace->needed > NEEDED_MOST)
		pace->needed = NEEDED_MOST;
}

/*
 * A flip that is seen by the first look of a window came before the window. Only one flip in
 * EARLY_ONE_IN should do so: each such flip opens the next window earlier, and each other flip
 * opens it later by that fraction of the step.
 */
static void adapt_margin(struct scanout_pace *pace)
{
	uint64_t most = interval_of(pace) / 2;

	if (pace->look == SCANOUT_PACE_FIRST)
		pace->margin += most;
	else if (pace->margin > most)
		pace->margin -= most / EARLY_ONE_IN;
}

static void follow(struct scanout_pace *pace, uint64_t now)
{
	bool is_off = !scanout_rhythm_has(&pace->rhythm, now);

	if (now > pace->due + LATE_NS) {
		scanout_rhythm_advance(&pace->rhythm, now);
		return;
	}
	adapt_margin(pace);
	pace->strikes = (uint8_t)(pace->strikes << 1 | is_off);
	if (__builtin_popcount(pace->strikes) >= STRIKES_OUT) {
		forget_rhythm(pace);
		learn(pace, now);
		return;
	}
	if (is_off) {
		scanout_rhythm_advance(&pace->rhythm, now);
		return;
	}
	keep_flip(pace, now);
	if (++pace->followed % pace->needed == 0 && pace->needed > NEEDED_LEAST)
		pace->needed /= 2;
	(void)scanout_rhythm_find(&pace->rhythm, pace->flips, pace->count);
}

void scanout_pace_note_flip(struct scanout_pace *pace, uint64_t now)
{
	bool was_still = now - pace->flipped >= STILL_NS;
	bool is_vague = pace->look == SCANOUT_PACE_SELDOM || pace->look == SCANOUT_PACE_PROBE;

	pace->flipped = pace->stirred = now;
	if (was_still)
		forget_rhythm(pace);
	/* A probe that runs late, when the flip is due, proves nothing. */
	if (pace->rhythm.period != 0 && is_vague && now < pace->opens)
		distrust(pace);
	else if (pace->rhythm.period != 0)
		follow(pace, now);
	else if (!is_vague && now <= pace->due + LATE_NS)
		learn(pace, now);
}

/* Such a guest cannot show the effect of input before the flip that is awaited anyway. */
static bool flips_each_refresh(const struct scanout_pace *pace, uint64_t now)
{
	uint64_t period = (uint64_t)pace->rhythm.period;

	return (pace->rhythm.steps & 2) != 0 && period <= REFRESH_NS + SLACK_NS &&
	       now - pace->flipped < 2 * period;
}

bool scanout_pace_note_input(struct scanout_pace *pace, uint64_t now)
{
	if (pace->interval_us == 0 || flips_each_refresh(pace, now))
		return false;
	pace->stirred = pace->hurried = now;
	return true;
}

/* --- when to look ------------------------------------------------------------ */

/* `awaited`: when a flip was last awaited, or seen. */
static uint64_t next_in_step(struct scanout_pace *pace, uint64_t awaited, uint64_t due,
			     uint64_t now)
{
	uint64_t step = interval_of(pace);

	if (now - pace->stirred >= STILL_NS)
		step = longer(step, REFRESH_NS);
	else if (now - awaited >= HURRY_NS)
		step = longer(step, CALM_NS);
	pace->look = step > MOMENT_NS ? SCANOUT_PACE_SELDOM : SCANOUT_PACE_OFTEN;
	pace->step = step;
	if (pace->look == SCANOUT_PACE_OFTEN && due + step > now)
		return due + step;
	return now + step;
}

/*
 * The time of the next probe between a flip, or the end of a window, and the next window; the
 * start of that window if no probe is left. The time is divided into parts, and the probes
 * alternate between two places in each part.
 */
static uint64_t next_probe(struct scanout_pace *pace, uint64_t from, uint64_t now)
{
	uint64_t gap = pace->opens - from;
	uint64_t parts = gap / (REFRESH_NS + SLACK_NS) + 1;

	for (uint64_t i = 0; i < parts && gap > PROBED_NS; i++) {
		uint64_t at = from + gap * (4 * i + 2 + pace->followed % 2) / (4 * parts);

		if (at <= now)
			continue;
		pace->look = SCANOUT_PACE_PROBE;
		return at;
	}
	pace->look = SCANOUT_PACE_FIRST;
	return pace->opens;
}

static uint64_t next_in_rhythm(struct scanout_pace *pace, uint64_t due, uint64_t now)
{
	const struct scanout_rhythm *rhythm = &pace->rhythm;
	uint64_t closed = pace->flipped;

	for (uint64_t step = 1; step <= SCANOUT_RHYTHM_STEPS; step++) {
		uint64_t at = rhythm->last + step * (uint64_t)rhythm->period;

		if ((rhythm->steps >> step & 1) == 0)
			continue;
		pace->opens = at - (uint64_t)rhythm->early - pace->margin;
		if (now < pace->opens)
			return next_probe(pace, closed, now);
		closed = at + (uint64_t)rhythm->late + pace->margin;
		if (now < closed)
			return next_in_step(pace, now, due, now);
	}
	return next_in_step(pace, closed, due, now);
}

uint64_t scanout_pace_next(struct scanout_pace *pace, uint64_t due, uint64_t now)
{
	uint64_t next;

	if (pace->interval_us == 0)
		return SCANOUT_NEVER;
	if (pace->rhythm.period == 0 || now - pace->hurried < ANSWER_NS)
		next = next_in_step(pace, pace->stirred, due, now);
	else
		next = next_in_rhythm(pace, due, now);
	pace->due = next;
	return next;
}

uint64_t scanout_pace_slack(const struct scanout_pace *pace)
{
	return pace->look == SCANOUT_PACE_SELDOM ? pace->step * SLACK_NS / REFRESH_NS : 1;
}

bool scanout_pace_heeds_input(const struct scanout_pace *pace, uint64_t next, uint64_t now)
{
	return next > now && next - now > MOMENT_NS && !flips_each_refresh(pace, now);
}
