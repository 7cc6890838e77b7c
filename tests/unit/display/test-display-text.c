/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/draw/text.h"

/* The brightest value of red in a row; the ground has none. */
static uint8_t brightest(const struct display_text *text, uint32_t y)
{
	uint8_t found = 0;

	for (uint32_t x = 0; x < text->width; x++) {
		uint8_t red = text->pixels[4 * ((size_t)y * text->width + x)];

		found = red > found ? red : found;
	}
	return found;
}

static void words_are_white_on_a_dark_ground(void **state)
{
	struct display_text text;
	uint8_t found = 0;

	(void)state;
	assert_int_equal(display_text_init(&text, "Hello", 20, 500, NULL), 0);
	assert_in_range(text.height, 20, 80);
	assert_in_range(text.width, 40, 200);
	for (uint32_t y = 0; y < text.height; y++)
		found = brightest(&text, y) > found ? brightest(&text, y) : found;
	assert_in_range(found, 200, 255);
	assert_int_equal(brightest(&text, 0), 0);
	assert_in_range(text.pixels[3], 128, 254);
	display_text_finish(&text);
}

static void each_line_takes_as_much(void **state)
{
	struct display_text one, two;

	(void)state;
	assert_int_equal(display_text_init(&one, "a", 20, 500, NULL), 0);
	assert_int_equal(display_text_init(&two, "a\na", 20, 500, NULL), 0);
	assert_in_range(two.height - one.height, 20, 40);
	assert_int_equal(two.width, one.width);
	display_text_finish(&one);
	display_text_finish(&two);
}

static void whatever_does_not_fit_is_broken_or_cut(void **state)
{
	static const struct {
		uint32_t size, width;
	} cases[] = { { 20, 100 }, { 20, 1 }, { 256, 64 }, { 8, 0 } };
	char words[20001];

	(void)state;
	memset(words, 'W', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct display_text text;

		assert_int_equal(
			display_text_init(&text, words, cases[i].size, cases[i].width, NULL), 0);
		assert_in_range(text.width, 1, 8192);
		assert_in_range(text.height, 1, 8192);
		display_text_finish(&text);
	}
}

static void what_is_not_utf8_harms_nothing(void **state)
{
	struct display_text text;

	(void)state;
	assert_int_equal(display_text_init(&text, "a\xff\xc3(\xe2\x82", 20, 500, NULL), 0);
	display_text_finish(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_white_on_a_dark_ground),
		cmocka_unit_test(each_line_takes_as_much),
		cmocka_unit_test(whatever_does_not_fit_is_broken_or_cut),
		cmocka_unit_test(what_is_not_utf8_harms_nothing),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
