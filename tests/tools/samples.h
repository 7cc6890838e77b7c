/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_SAMPLES_H
#define TOOLS_SAMPLES_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* Times that were measured, and what they are by rank. */
struct samples {
	uint32_t *items; /* microseconds; whose they are says who has the struct */
	size_t count;
};

/* Nanoseconds of CLOCK_MONOTONIC, by which gvtsim stamps its pictures. */
static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* From one moment to the other in microseconds; 0 if they come the other way about. */
static inline uint32_t samples_between(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? (uint32_t)((to_ns - from_ns) / 1000) : 0;
}

static inline int samples_compare(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static inline void samples_sort(struct samples *samples)
{
	qsort(samples->items, samples->count, sizeof(*samples->items), samples_compare);
}

/* Of sorted ones, that which so many in a hundred are below; 100: the largest; 0 of none. */
static inline uint32_t samples_rank(const struct samples *samples, unsigned int percent)
{
	size_t at = samples->count * percent / 100;

	if (samples->count == 0)
		return 0;
	return samples->items[at < samples->count ? at : samples->count - 1];
}

#endif
