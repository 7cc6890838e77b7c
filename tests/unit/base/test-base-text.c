/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/text.h"

static void a_text_is_what_was_added(void **state)
{
	struct base_text text = { 0 };
	BASE_AUTO(free) char *whole = NULL;

	(void)state;
	base_text_add(&text, "64");
	base_text_add(&text, "");
	base_text_add_bytes(&text, " MB of it", 3);
	base_text_add_number(&text, -7);
	whole = base_text_take(&text);
	assert_string_equal(whole, "64 MB-7");
}

static void one_without_anything_is_empty(void **state)
{
	struct base_text text = { 0 };
	BASE_AUTO(free) char *whole = base_text_take(&text);

	(void)state;
	assert_string_equal(whole, "");
}

static void it_starts_anew_when_it_is_taken(void **state)
{
	struct base_text text = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		BASE_AUTO(free) char *whole = NULL;

		base_text_add(&text, "again");
		whole = base_text_take(&text);
		assert_string_equal(whole, "again");
	}
}

static void it_grows_at_any_length(void **state)
{
	(void)state;
	for (size_t length = 0; length < 600; length++) {
		struct base_text text = { 0 };
		BASE_AUTO(free) char *whole = NULL;

		for (size_t i = 0; i < length; i++)
			base_text_add_bytes(&text, "x", 1);
		whole = base_text_take(&text);
		assert_int_equal(strlen(whole), length);
		assert_int_equal(strspn(whole, "x"), length);
	}
}

static void numbers_are_as_printf_writes_them(void **state)
{
	static const long numbers[] = { 0, 1, -1, 9, 10, 1920, -4096, LONG_MAX, LONG_MIN };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		char digits[BASE_TEXT_NUMBER_SIZE], expected[32];

		snprintf(expected, sizeof(expected), "%ld", numbers[i]);
		assert_string_equal(base_text_format_number(digits, numbers[i]), expected);
	}
}

static void paths_are_joined_by_a_slash(void **state)
{
	BASE_AUTO(free) char *path = base_text_join_path("/sys/devices/mtty", "driver");

	(void)state;
	assert_string_equal(path, "/sys/devices/mtty/driver");
}

static void what_memory_cannot_hold_is_told(void **state)
{
	struct base_text text = { 0 };

	(void)state;
	base_text_add(&text, "some");
	base_text_add_bytes(&text, "never read", SIZE_MAX / 2);
	base_text_add(&text, "more");
	assert_null(base_text_take(&text));
	base_text_add(&text, "anew");
	{
		BASE_AUTO(free) char *whole = base_text_take(&text);

		assert_string_equal(whole, "anew");
	}
}

static void a_list_has_commas_between_its_items(void **state)
{
	struct base_text text = { 0 };
	BASE_AUTO(free) char *whole = NULL;

	(void)state;
	base_text_add_item(&text, "a");
	base_text_add_item(&text, "b c");
	whole = base_text_take(&text);
	assert_string_equal(whole, "a, b c");
}

static void a_stream_is_what_was_printed(void **state)
{
	struct base_text_stream stream;
	FILE *out = base_text_open(&stream);
	BASE_AUTO(free) char *whole = NULL;

	(void)state;
	assert_non_null(out);
	for (int i = 0; i < 1000; i++)
		fprintf(out, "%d,", i % 10);
	whole = base_text_close(&stream);
	assert_non_null(whole);
	assert_int_equal(strlen(whole), 2000);
	assert_int_equal(stream.length, 2000);
	assert_null(stream.out);
}

static void what_a_stream_could_not_take_is_told(void **state)
{
	struct base_text_stream stream;
	FILE *out = base_text_open(&stream);

	(void)state;
	assert_non_null(out);
	fputs("it", out);
	/* As at the end of a stream that was never opened. */
	assert_int_equal(fclose(out), 0);
	stream.out = NULL;
	assert_null(base_text_close(&stream));
}

static void an_ending_has_something_in_front(void **state)
{
	(void)state;
	assert_true(base_text_ends_with("win10.xml", ".xml"));
	assert_false(base_text_ends_with(".xml", ".xml"));
	assert_false(base_text_ends_with("win10.xmln", ".xml"));
	assert_false(base_text_ends_with("l", ".xml"));
	assert_true(base_text_ends_with("a", ""));
}

static void a_format_is_what_printf_makes_of_it(void **state)
{
	BASE_AUTO(free) char *text = base_text_format("%s at %04x:%d", "it", 0x5e, -1);

	(void)state;
	assert_string_equal(text, "it at 005e:-1");
}

static void words_are_quoted_for_a_shell(void **state)
{
	static const struct {
		const char *word, *want;
	} cases[] = {
		{ "win10", "x win10" },
		{ "qemu:///system", "x qemu:///system" },
		{ "my vm", "x 'my vm'" },
		{ "", "x ''" },
		{ "it's; rm -rf $HOME", "x 'it'\\''s; rm -rf $HOME'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		BASE_AUTO(free) char *line = NULL;
		struct base_text text = { 0 };

		base_text_add_shell_word(&text, "x");
		base_text_add_shell_word(&text, cases[i].word);
		line = base_text_take(&text);
		assert_string_equal(line, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_what_was_added),
		cmocka_unit_test(one_without_anything_is_empty),
		cmocka_unit_test(it_starts_anew_when_it_is_taken),
		cmocka_unit_test(it_grows_at_any_length),
		cmocka_unit_test(numbers_are_as_printf_writes_them),
		cmocka_unit_test(paths_are_joined_by_a_slash),
		cmocka_unit_test(words_are_quoted_for_a_shell),
		cmocka_unit_test(what_memory_cannot_hold_is_told),
		cmocka_unit_test(a_list_has_commas_between_its_items),
		cmocka_unit_test(a_stream_is_what_was_printed),
		cmocka_unit_test(what_a_stream_could_not_take_is_told),
		cmocka_unit_test(an_ending_has_something_in_front),
		cmocka_unit_test(a_format_is_what_printf_makes_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
