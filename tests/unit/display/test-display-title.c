/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/app/title.h"

static void a_title_tells_what_is_shown(void **state)
{
	static const struct {
		struct display_title title;
		const char *want;
	} cases[] = {
		{ { .vm = "vm", .screen = 1, .screens = 1 },
		  "vm - Ctrl+Alt+G takes keyboard and mouse" },
		{ { .vm = "vm", .screen = 1, .screens = 1, .grabbed = true },
		  "vm - Ctrl+Alt+G releases keyboard and mouse" },
		{ { .vm = "vm", .screen = 2, .screens = 3 },
		  "vm (screen 2 of 3) - Ctrl+Alt+G takes keyboard and mouse" },
		{ { .vm = "vm", .blank = true, .new = true },
		  "vm - the guest shows no picture yet - Ctrl+Alt+G takes keyboard and mouse" },
		{ { .vm = "vm", .blank = true },
		  "vm - the guest shows no picture - Ctrl+Alt+G takes keyboard and mouse" },
		{ { .vm = "vm", .blank = true, .away = true },
		  "vm - not running - Ctrl+Alt+G takes keyboard and mouse" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = display_title_format(&cases[i].title);

		assert_string_equal(text, cases[i].want);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_title_tells_what_is_shown),
	};

	return cmocka_run_group_tests_name("display title", tests, NULL, NULL);
}
