/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/rhythm.h"

#include <stdlib.h>

#define PERIOD_LEAST INT64_C(3000000)	  /* a faster guest is looked at all the time */
#define TOLERANCE    5			  /* a flip may be 1/5 of a period early or late */
#define RARE	     5			  /* a step is a habit if it is at least 1/5 of all */
#define SPAN_MOST    INT64_C(60000000000) /* from the first flip to the last */
#define DIVISORS     3 /* flips may come at every second or third refresh, or alternate */

/* Neither argument may be negative, and b must not be 0. */
static int64_t divide_rounded(int64_t a, int64_t b)
{
	return (a + b / 2) / b;
}

static int64_t interval_before(const uint64_t *flips, size_t i)
{
	return flips[i] > flips[i - 1] ? (int64_t)(flips[i] - flips[i - 1]) : 0;
}

static int by_length(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static int64_t median_interval(const uint64_t *flips, size_t count)
{
	int64_t intervals[SCANOUT_RHYTHM_FLIPS] = { 0 };

	for (size_t i = 1; i < count; i++)
		intervals[i - 1] = interval_before(flips, i);
	qsort(intervals, count - 1, sizeof(intervals[0]), by_length);
	return intervals[(count - 1) / 2];
}

/* Numbers the refreshes that the flips belong to. False if two flips have the same refresh. */
static bool number_refreshes(int64_t *numbers, const uint64_t *flips, size_t count, int64_t period)
{
	numbers[0] = 0;
	for (size_t i = 1; i < count; i++) {
		int64_t step = divide_rounded(interval_before(flips, i), period);

		if (step == 0)
			return false;
		numbers[i] = numbers[i - 1] + step;
	}
	return true;
}

static uint32_t find_habits(const int64_t *numbers, size_t count)
{
	size_t seen[SCANOUT_RHYTHM_STEPS + 1] = { 0 };
	uint32_t habits = 0;

	for (size_t i = 1; i < count; i++) {
		int64_t step = numbers[i] - numbers[i - 1];

		if (step <= SCANOUT_RHYTHM_STEPS && ++seen[step] * RARE >= count)
			habits |= UINT32_C(1) << step;
	}
	return habits;
}

/*
 * Fits a straight line to the flips' times over the numbers of their refreshes, by least
 * squares. Its slope is the period, and a flip's distance from it is how early or late the
 * flip came. The flips span at most a minute, about ten thousand refreshes, so no sum comes
 * near 64 bits.
 */
static bool fit_period(struct scanout_rhythm *rhythm, const uint64_t *flips, size_t count,
		       int64_t guess)
{
	int64_t numbers[SCANOUT_RHYTHM_FLIPS];
	int64_t n = (int64_t)count, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0, begin;

	if (guess < PERIOD_LEAST || !number_refreshes(numbers, flips, count, guess))
		return false;
	for (size_t i = 0; i < count; i++) {
		int64_t x = numbers[i], y = (int64_t)(flips[i] - flips[0]);

		sum_x += x;
		sum_y += y;
		sum_xx += x * x;
		sum_xy += x * y;
	}
	*rhythm = (struct scanout_rhythm){
		.period = (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x),
		.steps = find_habits(numbers, count),
	};
	begin = (sum_y - rhythm->period * sum_x) / n;
	for (size_t i = 0; i < count; i++) {
		int64_t at = begin + numbers[i] * rhythm->period;
		int64_t off = (int64_t)(flips[i] - flips[0]) - at;

		if (-off > rhythm->early)
			rhythm->early = -off;
		if (off > rhythm->late)
			rhythm->late = off;
		rhythm->last = flips[0] + (uint64_t)at;
	}
	return rhythm->period >= PERIOD_LEAST && rhythm->steps != 0 &&
	       rhythm->early <= rhythm->period / TOLERANCE &&
	       rhythm->late <= rhythm->period / TOLERANCE;
}

/*
 * Prefers the longest period that fits, because each fraction of it fits, too. A shorter one
 * wins only if it fits much better: a film on a 60 Hz screen, shown for two and three
 * refreshes alternately, fits two and a half refreshes roughly, but one refresh exactly.
 */
bool scanout_rhythm_find(struct scanout_rhythm *rhythm, const uint64_t *flips, size_t count)
{
	struct scanout_rhythm found, best = { 0 };
	int64_t median;

	*rhythm = best;
	if (count < SCANOUT_RHYTHM_LEAST || flips[count - 1] - flips[0] > SPAN_MOST)
		return false;
	median = median_interval(flips, count);
	for (int64_t divisor = 1; divisor <= DIVISORS; divisor++) {
		if (!fit_period(&found, flips, count, median / divisor))
			continue;
		if (best.period == 0 || (found.early + found.late) * 2 < best.early + best.late)
			best = found;
	}
	*rhythm = best;
	return best.period != 0;
}

bool scanout_rhythm_has(const struct scanout_rhythm *rhythm, uint64_t flip)
{
	int64_t after = (int64_t)(flip - rhythm->last);
	int64_t off;

	if (after < rhythm->period / 2)
		return false;
	off = after - divide_rounded(after, rhythm->period) * rhythm->period;
	return llabs(off) <= rhythm->period / TOLERANCE;
}

void scanout_rhythm_advance(struct scanout_rhythm *rhythm, uint64_t now)
{
	uint64_t period = (uint64_t)rhythm->period;

	if (now > rhythm->last)
		rhythm->last += (now - rhythm->last) / period * period;
}
