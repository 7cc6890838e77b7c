/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/options.h"

#define MAX_ARGS 8

struct line {
	const char *args[MAX_ARGS];
	const char *error; /* a part of it; NULL: accepted */
};

/* getopt moves the pointers, not what they point to. */
static char *argument(const char *text)
{
	union {
		const char *in;
		char *out;
	} pointer = { .in = text };

	return pointer.out;
}

static int parse(const struct line *line, struct display_options *options, struct base_error *err)
{
	char *argv[MAX_ARGS + 2] = { argument("vgpu-display") };
	int argc = 1;

	for (; line->args[argc - 1] != NULL; argc++)
		argv[argc] = argument(line->args[argc - 1]);
	return display_options_parse(options, argc, argv, err);
}

static void command_lines_are_judged(void **state)
{
	static const struct line lines[] = {
		{ { "vm" }, NULL },
		{ { "--qmp", "/run/q" }, NULL },
		{ { "vm", "-c", "qemu:///session", "--debug" }, NULL },
		{ { "--screenshot", "a.png", "--after", "1.5", "vm" }, NULL },
		{ { "--screenshot", "dir/a.png", "--frames", "3", "vm" }, NULL },
		{ { "--help", "and", "whatever" }, NULL },
		{ { NULL }, "which VM?" },
		{ { "" }, "empty name" },
		{ { "a", "b" }, "also b" },
		{ { "vm", "--qmp", "q" }, "not both" },
		{ { "-c", "x", "--qmp", "q" }, "--connect is for domains" },
		{ { "vm", "-c" }, "missing after -c" },
		{ { "vm", "--nonsense" }, "unknown option --nonsense" },
		{ { "vm", "--after", "1" }, "need --screenshot" },
		{ { "vm", "--frames", "1" }, "need --screenshot" },
		{ { "vm", "--screenshot", "a", "--after", "1", "--frames", "1" }, "not both" },
		{ { "vm", "--screenshot", "" }, "wants a file" },
		{ { "vm", "--screenshot", "dir/" }, "wants a file" },
		{ { "vm", "--screenshot", "a", "--after", "x" }, "wants seconds" },
		{ { "vm", "--screenshot", "a", "--after", "" }, "wants seconds" },
		{ { "vm", "--screenshot", "a", "--after", "-1" }, "wants seconds" },
		{ { "vm", "--screenshot", "a", "--after", "nan" }, "wants seconds" },
		{ { "vm", "--screenshot", "a", "--after", "1e9" }, "wants seconds" },
		{ { "vm", "--screenshot", "a", "--frames", "0" }, "1 or more" },
		{ { "vm", "--screenshot", "a", "--frames", "1.5" }, "1 or more" },
		{ { "vm", "--screenshot", "a", "--frames", "inf" }, "1 or more" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		struct display_options options;
		int result = parse(&lines[i], &options, &err);

		assert_int_equal(result, lines[i].error == NULL ? 0 : -1);
		if (lines[i].error == NULL)
			continue;
		assert_int_equal(err.status, BASE_MISUSED);
		assert_non_null(strstr(err.message, lines[i].error));
	}
}

static void values_arrive(void **state)
{
	static const struct line line = { { "--screenshot", "a.png", "--after=2.25", "vm",
					    "--screenshots=/tmp", "--allow-root" },
					  NULL };
	struct display_options options;

	(void)state;
	assert_int_equal(parse(&line, &options, NULL), 0);
	assert_string_equal(options.domain, "vm");
	assert_string_equal(options.screenshot, "a.png");
	assert_string_equal(options.directory, "/tmp");
	assert_int_equal(options.after_ms, 2250);
	assert_int_equal(options.frames, -1);
	assert_true(options.allow_root);
	assert_null(options.qmp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines_are_judged),
		cmocka_unit_test(values_arrive),
	};

	return cmocka_run_group_tests_name("display options", tests, NULL, NULL);
}
