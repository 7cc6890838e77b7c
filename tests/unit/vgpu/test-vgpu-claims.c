/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "vgpu/vgpus/claims.h"

#define A	     "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define B	     "4b20d080-1b54-4048-85b3-a6a62d165c02"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void lines_are_read_and_others_left_out(void **state)
{
	static const struct {
		const char *text;
		size_t count;
		const char *of_a; /* NULL: no domain has it */
	} cases[] = {
		{ "", 0, NULL },
		{ "\n\n", 0, NULL },
		{ A " win10\n", 1, "win10" },
		{ A " win10", 1, "win10" },
		{ B " other\n" A " win 10\n", 2, "win 10" },
		{ A " z\n" B " other\n" A " a\n", 3, "a, z" },
		{ "4B20D080-1B54-4048-85B3-A6A62D165C01 win10\n", 1, "win10" },
		{ A "\n" A " \n" A "win10\nnonsense\n" A "0 x\n", 0, NULL },
		{ "zb20d080-1b54-4048-85b3-a6a62d165c01 win10\n", 0, NULL },
		{ A " a\033[31mb\n", 1, "a [31mb" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(vgpu_claims) struct vgpu_claims claims;
		BASE_AUTO(free) char *text = NULL;

		assert_int_equal(vgpu_claims_parse(&claims, strdup(cases[i].text), NULL), 0);
		assert_int_equal(claims.count, cases[i].count);
		text = vgpu_claims_describe(&claims, A);
		if (cases[i].of_a == NULL) {
			assert_null(text);
			continue;
		}
		assert_non_null(text);
		assert_string_equal(text, cases[i].of_a);
	}
}

#define MANY 40000

/* One after another takes as long as one search, not as all of them. */
static void many_are_found_in_no_time(void **state)
{
	BASE_AUTO(vgpu_claims) struct vgpu_claims claims = { 0 };
	char *text = malloc((size_t)MANY * (BASE_UUID_SIZE + 2) + 1), *end = text;
	char uuid[BASE_UUID_SIZE];
	size_t index;
	clock_t start;

	(void)state;
	assert_non_null(text);
	for (unsigned int i = MANY; i > 0; i--)
		end += sprintf(end, "4b20d080-1b54-4048-85b3-%012x a\n", i * 2);
	assert_int_equal(vgpu_claims_parse(&claims, text, NULL), 0);
	assert_int_equal(claims.count, MANY);
	start = clock();
	for (unsigned int i = 1; i <= 2 * MANY + 1; i++) {
		const struct vgpu_claim *claim;

		snprintf(uuid, sizeof(uuid), "4b20d080-1b54-4048-85b3-%012x", i);
		index = 0;
		claim = vgpu_claims_find(&claims, uuid, &index);
		assert_int_equal(claim != NULL, i % 2 == 0);
		assert_int_equal(index, (i - 1) / 2);
	}
	assert_true(clock() - start < CLOCKS_PER_SEC);
}

static void nothing_is_known_at_first(void **state)
{
	struct vgpu_claims claims = { 0 };

	(void)state;
	assert_null(vgpu_claims_describe(&claims, A));
	vgpu_claims_finish(&claims);
	vgpu_claims_finish(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read_and_others_left_out),
		cmocka_unit_test(many_are_found_in_no_time),
		cmocka_unit_test(nothing_is_known_at_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
