/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vgpu/base/error.h"

static void no_error_until_one_is_set(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };

	(void)state;
	assert_false(base_error_is_set(&err));
	assert_int_equal(base_error_wrap(&err, "context"), -1);
	assert_false(base_error_is_set(&err));
	assert_null(err.message);
}

static void setting_keeps_status_and_message(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };

	(void)state;
	assert_int_equal(base_error_set(&err, BASE_MISUSED, "no %s at %d", "type", 7), -1);
	assert_true(base_error_is_set(&err));
	assert_int_equal(err.status, BASE_MISUSED);
	assert_int_equal(err.errnum, 0);
	assert_string_equal(err.message, "no type at 7");
}

static void errno_is_kept_and_spelled_out(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };

	(void)state;
	assert_int_equal(base_error_errno(&err, ENOSPC, "cannot write %s", "x"), -1);
	assert_int_equal(err.status, BASE_FAILED);
	assert_int_equal(err.errnum, ENOSPC);
	assert_string_equal(err.message, "cannot write x: No space left on device");
}

static void no_memory_is_an_errno_too(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };

	(void)state;
	assert_int_equal(base_error_no_memory(NULL, "cannot %s", "x"), -1);
	assert_int_equal(base_error_no_memory(&err, "cannot list %s", "x"), -1);
	assert_int_equal(err.status, BASE_FAILED);
	assert_int_equal(err.errnum, ENOMEM);
	assert_string_equal(err.message, "cannot list x: Cannot allocate memory");
}

static void wrapping_adds_context_in_front(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };

	(void)state;
	base_error_errno(&err, ENOENT, "cannot open b");
	assert_int_equal(base_error_wrap(&err, "in %s", "a"), -1);
	base_error_wrap(&err, "outermost");
	assert_string_equal(err.message,
			    "outermost: in a: cannot open b: No such file or directory");
	assert_int_equal(err.errnum, ENOENT);
	assert_int_equal(err.status, BASE_FAILED);
}

static void the_last_error_replaces_the_first(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };

	(void)state;
	base_error_errno(&err, EIO, "first");
	base_error_set(&err, BASE_MISUSED, "second");
	assert_string_equal(err.message, "second");
	assert_int_equal(err.errnum, 0);
	assert_int_equal(err.status, BASE_MISUSED);
}

static void messages_stay_one_line(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "two\nlines", "two lines" },
		{ "a newline at the end\n", "a newline at the end" },
		{ "escape \033[31m sequence", "escape  [31m sequence" },
		{ "C1 \xc2\x9b"
		  "31m sequence",
		  "C1   31m sequence" },
		{ "cut off \xc2", "cut off ?" },
		{ "tab\tand return\r\n", "tab and return" },
		{ " \n ", "" },
		{ "", "" },
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };

		base_error_set(&err, BASE_FAILED, "%s", cases[i].text);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void no_error_object_is_no_harm(void **state)
{
	(void)state;
	assert_int_equal(base_error_set(NULL, BASE_FAILED, "x"), -1);
	assert_int_equal(base_error_errno(NULL, EIO, "x"), -1);
	assert_int_equal(base_error_wrap(NULL, "x"), -1);
	base_error_finish(NULL);
}

static void finishing_makes_it_as_new(void **state)
{
	struct base_error err = { 0 };

	(void)state;
	base_error_finish(&err);
	base_error_errno(&err, EIO, "x");
	base_error_finish(&err);
	assert_false(base_error_is_set(&err));
	assert_null(err.message);
	assert_int_equal(err.errnum, 0);
	base_error_finish(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_error_until_one_is_set),
		cmocka_unit_test(setting_keeps_status_and_message),
		cmocka_unit_test(errno_is_kept_and_spelled_out),
		cmocka_unit_test(no_memory_is_an_errno_too),
		cmocka_unit_test(wrapping_adds_context_in_front),
		cmocka_unit_test(the_last_error_replaces_the_first),
		cmocka_unit_test(messages_stay_one_line),
		cmocka_unit_test(no_error_object_is_no_harm),
		cmocka_unit_test(finishing_makes_it_as_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
