/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vgpu/base/name.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void uuids_are_read_in_either_case(void **state)
{
	static const char *const good[] = {
		"4b20d080-1b54-4048-85b3-a6a62d165c01",
		"4B20D080-1B54-4048-85B3-A6A62D165C01",
		"4b20D080-1b54-4048-85b3-a6A62d165c01",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		char uuid[BASE_UUID_SIZE] = "";

		assert_true(base_name_parse_uuid(good[i], uuid));
		assert_string_equal(uuid, "4b20d080-1b54-4048-85b3-a6a62d165c01");
	}
}

static void what_is_no_uuid_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"4b20d080",
		"4b20d0801b54404885b3a6a62d165c01",
		"4b20d080-1b54-4048-85b3-a6a62d165c0",
		"4b20d080-1b54-4048-85b3-a6a62d165c011",
		"4b20d080-1b54-4048-85b3-a6a62d165c01\n",
		" 4b20d080-1b54-4048-85b3-a6a62d165c0",
		"4b20d080-1b54-4048-85b3-a6a62d165c0g",
		"4b20d080_1b54_4048_85b3_a6a62d165c01",
		"../../../../../../../../etc/shadow/..",
		"{4b20d080-1b54-4048-85b3-a6a62d165c0",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char uuid[BASE_UUID_SIZE] = "untouched";

		assert_false(base_name_parse_uuid(bad[i], uuid));
		assert_string_equal(uuid, "untouched");
	}
}

static void new_uuids_are_random(void **state)
{
	char first[BASE_UUID_SIZE], second[BASE_UUID_SIZE], parsed[BASE_UUID_SIZE];

	(void)state;
	base_name_make_uuid(first);
	base_name_make_uuid(second);
	assert_string_not_equal(first, second);
	assert_true(base_name_parse_uuid(first, parsed));
	assert_string_equal(first, parsed);
	assert_int_equal(first[14], '4');
	assert_non_null(strchr("89ab", first[19]));
}

static void pci_addresses(void **state)
{
	static const struct {
		const char *text;
		bool is_one;
	} cases[] = {
		{ "0000:00:02.0", true },	{ "10000:e1:1f.7", true },
		{ "ABCD:ab:CD.3", true },	{ "00010000:00:02.0", true },
		{ "00:02.0", false },		{ "000:00:02.0", false },
		{ "0000:00:02.8", false },	{ "0000:00:02", false },
		{ "0000:00:02.", false },	{ "0000:00:02.00", false },
		{ "0000:000:02.0", false },	{ "0000:00:2.0", false },
		{ "0000:00:02.0 ", false },	{ "0000:00:02.0/..", false },
		{ "000000000:00:02.0", false }, { "", false },
		{ "0000-00-02.0", false },	{ "000g:00:02.0", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(base_name_is_pci_address(cases[i].text), cases[i].is_one);
}

static void components_of_paths(void **state)
{
	static const struct {
		const char *text;
		bool is_one;
	} cases[] = {
		{ "0000:00:02.0", true },
		{ "i915-GVTg_V5_4", true },
		{ "mtty", true },
		{ "a+b", true },
		{ "-", true },
		{ "", false },
		{ ".", false },
		{ "..", false },
		{ ".hidden", false },
		{ "a/b", false },
		{ "/", false },
		{ "a b", false },
		{ "a\nb", false },
		{ "a\\b", false },
		{ "\xc3\xa9", false },
		{ "$(reboot)", false },
		{ "%s", false },
		{ "a;b", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(base_name_is_component(cases[i].text), cases[i].is_one);
}

static void a_component_is_no_longer_than_a_file_name(void **state)
{
	char name[NAME_MAX + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[NAME_MAX + 1] = '\0';
	assert_false(base_name_is_component(name));
	name[NAME_MAX] = '\0';
	assert_true(base_name_is_component(name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uuids_are_read_in_either_case),
		cmocka_unit_test(what_is_no_uuid_is_refused),
		cmocka_unit_test(new_uuids_are_random),
		cmocka_unit_test(pci_addresses),
		cmocka_unit_test(components_of_paths),
		cmocka_unit_test(a_component_is_no_longer_than_a_file_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
