/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_REQUIRE_H
#define FUZZ_REQUIRE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* What does not hold ends the program in the way that the fuzzer takes for a find. */
static inline void require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

#endif
