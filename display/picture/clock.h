/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_CLOCK_H
#define DISPLAY_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds of CLOCK_MONOTONIC. */
static inline int64_t display_clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* The same in milliseconds. */
static inline int64_t display_clock_ms(void)
{
	return display_clock_ns() / 1000000;
}

#endif
