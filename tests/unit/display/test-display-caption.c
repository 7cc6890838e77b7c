/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After the four that it needs. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "display/window/caption.h"

#define ELLIPSIS "\u2026"

/* `before` letters, then a text again and again, 4,000 bytes in all; owned. */
static char *long_title(size_t before, const char *text)
{
	size_t size = 4000, length = strlen(text);
	char *title = malloc(size + 1);

	assert_non_null(title);
	memset(title, 'a', before);
	for (size_t i = before; i < size; i++)
		title[i] = text[(i - before) % length];
	title[size] = '\0';
	return title;
}

static void a_title_that_fits_stays_as_it_is(void **state)
{
	char caption[DISPLAY_CAPTION_SIZE];
	char *longest = long_title(0, "a");

	(void)state;
	display_caption_cut(caption, "");
	assert_string_equal(caption, "");
	display_caption_cut(caption, "Fenêtre");
	assert_string_equal(caption, "Fenêtre");
	longest[DISPLAY_CAPTION_SIZE - 1] = '\0';
	display_caption_cut(caption, longest);
	assert_string_equal(caption, longest);
	free(longest);
}

static void a_long_one_ends_with_a_whole_character(void **state)
{
	static const char *const characters[] = { "a", "é", "€", "😀" };

	(void)state;
	for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
		size_t bytes = strlen(characters[i]);

		for (size_t before = 0; before < bytes; before++) {
			char *title = long_title(before, characters[i]);
			char caption[DISPLAY_CAPTION_SIZE];
			size_t length;

			display_caption_cut(caption, title);
			length = strlen(caption) - strlen(ELLIPSIS);
			assert_string_equal(caption + length, ELLIPSIS);
			assert_memory_equal(caption, title, length);
			assert_int_equal((length - before) % bytes, 0);
			assert_in_range(length, DISPLAY_CAPTION_SIZE - strlen(ELLIPSIS) - bytes,
					DISPLAY_CAPTION_SIZE - 1 - strlen(ELLIPSIS));
			free(title);
		}
	}
}

/* Not UTF-8 at all: nothing to cut at. */
static void bytes_that_are_no_text_do_no_harm(void **state)
{
	char caption[DISPLAY_CAPTION_SIZE];
	char *title = long_title(0, "\x80");

	(void)state;
	display_caption_cut(caption, title);
	assert_string_equal(caption, ELLIPSIS);
	free(title);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_title_that_fits_stays_as_it_is),
		cmocka_unit_test(a_long_one_ends_with_a_whole_character),
		cmocka_unit_test(bytes_that_are_no_text_do_no_harm),
	};

	return cmocka_run_group_tests_name("display caption", tests, NULL, NULL);
}
