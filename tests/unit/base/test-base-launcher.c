/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/launcher.h"

static void each_domain_has_a_file_of_its_own(void **state)
{
	static const struct {
		const char *domain;
		const char *name;
	} cases[] = {
		{ "win10", "vgpu-display-win10.desktop" },
		{ "Win-10.2", "vgpu-display-Win-10.2.desktop" },
		{ "my vm", "vgpu-display-my_20vm.desktop" },
		{ "my_20vm", "vgpu-display-my_5F20vm.desktop" },
		{ "\xc3\xa9", "vgpu-display-_C3_A9.desktop" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		BASE_AUTO(free) char *name = base_launcher_name(cases[i].domain);

		assert_string_equal(name, cases[i].name);
	}
}

static void names_are_quoted_as_the_specification_says(void **state)
{
	static const struct {
		const char *domain;
		const char *name;
		const char *exec;
	} cases[] = {
		{ "win10", "Name=win10\n", "Exec=\"/usr/bin/vgpu-display\" -- \"win10\"\n" },
		{ "my vm", "Name=my vm\n", " -- \"my vm\"\n" },
		{ "a%fb", "Name=a%fb\n", " -- \"a%%fb\"\n" },
		{ "a$b`c\"d", "Name=a$b`c\"d\n", " -- \"a\\\\$b\\\\`c\\\\\"d\"\n" },
		{ "a\\b", "Name=a\\\\b\n", " -- \"a\\\\\\\\b\"\n" },
		{ "a\nExec=evil", "Name=a Exec=evil\n", " -- \"a Exec=evil\"\n" },
		{ "--help", "Name=--help\n", " -- \"--help\"\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		BASE_AUTO(free)
		char *text = base_launcher_format("/usr/bin/vgpu-display", NULL, cases[i].domain);

		assert_non_null(strstr(text, cases[i].name));
		assert_non_null(strstr(text, cases[i].exec));
	}
}

static void the_libvirt_that_has_it_is_named(void **state)
{
	BASE_AUTO(free)
	char *text = base_launcher_format("/usr/bin/vgpu-display", "qemu+ssh://a%20b/system", "vm");

	(void)state;
	assert_non_null(strstr(text, "Exec=\"/usr/bin/vgpu-display\" --connect "
				     "\"qemu+ssh://a%%20b/system\" -- \"vm\"\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_domain_has_a_file_of_its_own),
		cmocka_unit_test(names_are_quoted_as_the_specification_says),
		cmocka_unit_test(the_libvirt_that_has_it_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
