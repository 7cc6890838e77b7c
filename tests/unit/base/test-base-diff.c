/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/diff.h"
#include "vgpu/base/error.h"
#include "vgpu/base/file.h"

static void equal_texts_have_no_difference(void **state)
{
	static const char *const texts[] = { "", "a\n", "a", "a\nb\n\nc" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		BASE_AUTO(free) char *text = vgpu_diff_texts("a", texts[i], "b", texts[i]);

		assert_string_equal(text, "");
	}
}

static const char twelve[] = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";

static const struct {
	const char *name;
	const char *old_text;
	const char *new_text;
	const char *want; /* without the two lines of names */
} cases[] = {
	{ "a new file", "", "x\ny\n", "@@ -0,0 +1,2 @@\n+x\n+y\n" },
	{ "a file that goes", "x\n", "", "@@ -1 +0,0 @@\n-x\n" },
	{ "one line changes", "a\nb\nc\n", "a\nB\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n" },
	{ "a line at the end", "a\n", "a\nb\n", "@@ -1 +1,2 @@\n a\n+b\n" },
	{ "an end without a newline", "a\nb", "a\nb\n",
	  "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n" },
	{ "both without a newline", "a\nb", "x\nb",
	  "@@ -1,2 +1,2 @@\n-a\n+x\n b\n\\ No newline at end of file\n" },
	{ "only three lines around it", twelve, "1\n2\n3\n4\n5\n6\n7\nx\n9\n10\n11\n12\n",
	  "@@ -5,7 +5,7 @@\n 5\n 6\n 7\n-8\n+x\n 9\n 10\n 11\n" },
	{ "six lines apart is one hunk", twelve, "1\nx\n3\n4\n5\n6\n7\n8\ny\n10\n11\n12\n",
	  "@@ -1,12 +1,12 @@\n 1\n-2\n+x\n 3\n 4\n 5\n 6\n 7\n 8\n-9\n+y\n 10\n 11\n 12\n" },
	{ "seven are two", twelve, "1\nx\n3\n4\n5\n6\n7\n8\n9\ny\n11\n12\n",
	  "@@ -1,5 +1,5 @@\n 1\n-2\n+x\n 3\n 4\n 5\n"
	  "@@ -7,6 +7,6 @@\n 7\n 8\n 9\n-10\n+y\n 11\n 12\n" },
};

static void differences_are_written_as_diff_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		BASE_AUTO(free)
		char *text = vgpu_diff_texts("a", cases[i].old_text, "b", cases[i].new_text);
		BASE_AUTO(free) char *want = NULL;

		assert_true(asprintf(&want, "--- a\n+++ b\n%s", cases[i].want) > 0);
		assert_string_equal(text, want);
	}
}

static void put(const struct scratch *scratch, const char *name, const char *text)
{
	assert_int_equal(base_file_replace_at(scratch->fd, name, text, strlen(text), 0600, NULL),
			 0);
}

/* A few different lines, so that many are the same in both texts. */
static char *make_text(unsigned int *seed, size_t count)
{
	char *text = calloc(count + 1, 2);

	for (size_t i = 0; i < count; i++) {
		text[2 * i] = (char)('a' + rand_r(seed) % 4);
		text[2 * i + 1] = '\n';
	}
	if (count > 0 && rand_r(seed) % 4 == 0)
		text[2 * count - 1] = '\0';
	return text;
}

static void patch_gives_back_the(const struct scratch *scratch, const char *old_text,
				 const char *new_text)
{
	BASE_AUTO(free) char *diff = vgpu_diff_texts("file", old_text, "file", new_text);
	BASE_AUTO(free) char *got = NULL;
	char command[256];

	assert_non_null(diff);
	put(scratch, "file", old_text);
	put(scratch, "diff", diff);
	snprintf(command, sizeof(command),
		 "cd '%s' && { [ ! -s diff ] || patch -s --fuzz=0 file diff; }", scratch->path);
	assert_int_equal(system(command), 0);
	got = base_file_read_at(scratch->fd, "file", 1 << 20, NULL, NULL);
	/* patch removes a file that it has emptied. */
	assert_string_equal(got != NULL ? got : "", new_text);
}

static void patch_makes_one_text_the_other(void **state)
{
	unsigned int seed = 1;

	for (size_t i = 0; i < 150; i++) {
		BASE_AUTO(free) char *old_text = make_text(&seed, i % 40);
		BASE_AUTO(free) char *new_text = make_text(&seed, (i * 7) % 30);

		patch_gives_back_the(*state, old_text, new_text);
	}
}

static size_t count_changes(const char *diff)
{
	size_t count = 0;

	for (const char *line = diff; line != NULL; line = strchr(line + 1, '\n'))
		count += line[0] == '\n' && (line[1] == '-' || line[1] == '+');
	return count - 1; /* one of the two names */
}

static void no_line_is_shown_that_need_not_be(void **state)
{
	BASE_AUTO(free)
	char *text = vgpu_diff_texts("a", "a\nb\nc\na\nb\nb\na\n", "b", "c\nb\na\nb\na\nc\n");

	(void)state;
	assert_int_equal(count_changes(text), 5);
}

static void texts_that_share_nothing_are_quick(void **state)
{
	BASE_AUTO(free) char *old_text = calloc(20000, 4);
	BASE_AUTO(free) char *new_text = calloc(20000, 4);

	for (size_t i = 0; i < 5000; i++) {
		snprintf(old_text + strlen(old_text), 8, "%03zx\n", i & 0xfff);
		snprintf(new_text + strlen(new_text), 8, "x%02zx\n", i & 0xff);
	}
	patch_gives_back_the(*state, old_text, new_text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_have_no_difference),
		cmocka_unit_test(differences_are_written_as_diff_does),
		cmocka_unit_test(no_line_is_shown_that_need_not_be),
		cmocka_unit_test_setup_teardown(patch_makes_one_text_the_other, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(texts_that_share_nothing_are_quick, scratch_set_up,
						scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
