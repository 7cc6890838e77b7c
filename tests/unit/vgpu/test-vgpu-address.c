/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vgpu/domain/address.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void addresses_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *text;
		struct xmlpatch_address address;
	} cases[] = {
		{ "02", { 0, 2, 0 } },	      { "2", { 0, 2, 0 } },
		{ "1f.7", { 0, 0x1f, 7 } },   { "1F.3", { 0, 0x1f, 3 } },
		{ "00:02.0", { 0, 2, 0 } },   { "ff:10.1", { 0xff, 0x10, 1 } },
		{ "01:00", { 1, 0, 0 } },     { "0000:00:02.0", { 0, 2, 0 } },
		{ "0:a:b.0", { 10, 11, 0 } }, { "0000:0a:0b", { 10, 11, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct xmlpatch_address address = { 99, 99, 99 };

		if (!vgpu_address_parse(cases[i].text, &address))
			fail_msg("%s is not read", cases[i].text);
		assert_memory_equal(&address, &cases[i].address, sizeof(address));
	}
}

static void all_else_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		".",
		"02.",
		".0",
		"02.8",
		"02.00",
		"20",
		"20.0",
		"g",
		"0x02",
		":02.0",
		"00:",
		"00:.0",
		"100:02.0",
		" 02.0",
		"02.0 ",
		"02.0.0",
		"0001:00:02.0",
		"00000:00:02.0",
		"0:0:0:2",
		"00:002.0",
		"-1",
		"00::02",
		"0:0:2.0x",
		"+2",
		"02.-0",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct xmlpatch_address address = { 99, 98, 97 };

		if (vgpu_address_parse(cases[i], &address))
			fail_msg("'%s' is read", cases[i]);
		assert_int_equal(address.bus, 99);
		assert_int_equal(address.slot, 98);
		assert_int_equal(address.function, 97);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_as_people_write_them),
		cmocka_unit_test(all_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
