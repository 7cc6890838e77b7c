/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "vgpu/base/line.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct line {
	const char *text;
	const char *want;
};

static void expect(const struct line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s", lines[i].text);
		base_line_make(text);
		assert_string_equal(text, lines[i].want);
	}
}

static void a_terminal_is_told_nothing(void **state)
{
	static const struct line lines[] = {
		{ "", "" },
		{ "a\nb\n", "a b" },
		{ "\033[31mred", " [31mred" },
		{ "a\x7f", "a" },
		{ "a\xc2\x9b"
		  "31m",
		  "a  31m" },
	};

	(void)state;
	expect(lines, COUNT(lines));
}

static void characters_of_any_length_stay(void **state)
{
	static const struct line lines[] = {
		{ "\xc2\xa0", "\xc2\xa0" },
		{ "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
		{ "\xe0\xa0\x80\xed\x9f\xbf\xef\xbf\xbd", "\xe0\xa0\x80\xed\x9f\xbf\xef\xbf\xbd" },
		{ "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
	};

	(void)state;
	expect(lines, COUNT(lines));
}

static void what_is_not_utf8_is_replaced(void **state)
{
	static const struct line lines[] = {
		{ "fifteen bytes \xc3", "fifteen bytes ?" },
		{ "\xe2\x82", "??" },
		{ "\xf0\x9f\x98", "???" },
		{ "caf\xe9 noir", "caf? noir" },
		{ "\x80\xbf\xff", "???" },
		{ "\xc0\xaf", "??" },
		{ "\xe0\x80\xaf", "???" },
		{ "\xed\xa0\x80", "???" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "\xf0\x80\x80\x80", "????" },
		{ "\xe2\n\x82", "? ?" },
	};

	(void)state;
	expect(lines, COUNT(lines));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_is_told_nothing),
		cmocka_unit_test(characters_of_any_length_stay),
		cmocka_unit_test(what_is_not_utf8_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
