/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vgpu/base/program.h"

#define SH "/bin/sh"

static int run(const char *script, size_t limit, char **output, struct base_error *err)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	return vgpu_program_run(SH, argv, limit, output, err);
}

static void what_a_program_prints_is_read_to_its_end(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *output = NULL;

	(void)state;
	assert_int_equal(run("echo one; echo two; echo noise >&2", 100, &output, &err), 0);
	assert_string_equal(output, "one\ntwo\n");
	assert_false(base_error_is_set(&err));
}

static void a_silent_program_gives_an_empty_text(void **state)
{
	BASE_AUTO(free) char *output = NULL;

	(void)state;
	assert_int_equal(run(":", 0, &output, NULL), 0);
	assert_string_equal(output, "");
}

static void a_program_reads_nothing(void **state)
{
	BASE_AUTO(free) char *output = NULL;

	(void)state;
	assert_int_equal(run("cat; echo end", 100, &output, NULL), 0);
	assert_string_equal(output, "end\n");
}

static void a_failure_is_told_in_the_programs_last_words(void **state)
{
	static const struct {
		const char *script;
		const char *message;
	} cases[] = {
		{ "exit 3", "sh ended with status 3" },
		{ "kill -9 $$", "sh was killed by signal 9" },
		{ "echo first >&2; echo 'it is broken' >&2; exit 1", "it is broken" },
		{ "echo 'vgpu: it is broken' >&2; exit 1", "it is broken" },
		{ "echo 'sh: it is broken' >&2; exit 2", "it is broken" },
		{ "printf 'a\\tb\\033c\\n\\n' >&2; exit 1", "a b c" },
		{ "head -c 100000 /dev/zero | tr '\\0' x >&2; printf '\\nend\\n' >&2; exit 1",
		  "end" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		char *output = NULL;

		assert_int_equal(run(cases[i].script, 100, &output, &err), -1);
		assert_null(output);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void a_program_that_says_too_much_is_not_believed(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	char *output = NULL;

	(void)state;
	assert_int_equal(run("yes", 1000, &output, &err), -1);
	assert_null(output);
	assert_int_equal(err.errnum, EFBIG);
	assert_int_equal(run("printf 12345", 5, &output, &err), 0);
	assert_string_equal(output, "12345");
	free(output);
}

static void a_program_that_is_missing_is_named(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	const char *const argv[] = { "x", NULL };

	(void)state;
	assert_int_equal(vgpu_program_run("/nonexistent/x", argv, 1, NULL, &err), -1);
	assert_int_equal(err.errnum, ENOENT);
	assert_non_null(strstr(err.message, "cannot start /nonexistent/x (is it installed?)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_program_prints_is_read_to_its_end),
		cmocka_unit_test(a_silent_program_gives_an_empty_text),
		cmocka_unit_test(a_program_reads_nothing),
		cmocka_unit_test(a_failure_is_told_in_the_programs_last_words),
		cmocka_unit_test(a_program_that_says_too_much_is_not_believed),
		cmocka_unit_test(a_program_that_is_missing_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
