/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "display/scanout/channel.h"

#define UUID	     "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int open_with(const char uuid[BASE_UUID_SIZE])
{
	struct scanout_request request = { .kind = SCANOUT_OPEN,
					   .version = SCANOUT_VERSION,
					   .domain = UUID };

	memcpy(request.vgpu, uuid, BASE_UUID_SIZE);
	return scanout_request_check_open(&request, NULL);
}

static void a_uuid_in_lower_case_is_taken(void **state)
{
	(void)state;
	assert_int_equal(open_with(UUID), 0);
}

/* Each fills the field; the last has no NUL in it. */
static void what_is_no_uuid_is_refused(void **state)
{
	static const char bad[][BASE_UUID_SIZE] = {
		"",
		"4B20d080-1b54-4048-85b3-a6a62d165c01",
		"4b20d080-1b54-4048-85b3-a6a62d165c0",
		"4b20d080-1b54-4048-85b3-a6a62d165c0g",
		"4b20d080_1b54-4048-85b3-a6a62d165c01",
		"../../../../../../../../etc/shadow/..",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(open_with(bad[i]), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_uuid_in_lower_case_is_taken),
		cmocka_unit_test(what_is_no_uuid_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
