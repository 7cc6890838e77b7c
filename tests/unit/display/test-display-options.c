/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/app/options.h"

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
		{ { "vm", "--scale", "1:1" }, NULL },
		{ { "vm", "--scale=integer", "--filter", "smooth" }, NULL },
		{ { "vm", "--scale=fit", "--filter=sharp" }, NULL },
		{ { "--fullscreen", "vm", "--borderless" }, NULL },
		{ { "--no-grab", "Super", "--no-grab", "printscreen", "vm" }, NULL },
		{ { "--help", "and", "whatever" }, NULL },
		{ { "vm", "--start", "--wait", "--keep" }, NULL },
		{ { "--qmp", "q", "--wait", "--keep", "--screen", "2" }, NULL },
		{ { "--qmp", "q", "--start" }, "--start is for domains" },
		{ { "vm", "--resize", "guest", "--record", "film.mp4" }, NULL },
		{ { "vm", "--follow", "--resize=window" }, NULL },
		{ { "--install-launcher", "vm", "-c", "qemu:///session" }, NULL },
		{ { "vm", "--resize", "both" }, "guest or window, not both" },
		{ { "vm", "--record", "dir/" }, "wants a file" },
		{ { "vm", "--follow", "--keep" },
		  "--follow cannot be combined with --keep, --screenshot or --record" },
		{ { "vm", "--follow", "--screenshot", "a.png" },
		  "--follow cannot be combined with --keep, --screenshot or --record" },
		{ { "--install-launcher", "--qmp", "q" }, "needs a domain" },
		{ { "vm", "--screen", "0" }, "--screen wants a number" },
		{ { "vm", "--screen", "1.5" }, "--screen wants a number" },
		{ { "vm", "--screen", "1e9" }, "--screen wants a number" },
		{ { "vm", "--scale", "2" }, "1:1, integer or fit, not 2" },
		{ { "vm", "--filter", "nearest" }, "sharp or smooth, not nearest" },
		{ { "vm", "--no-grab", "Windows" }, "wants a key" },
		{ { "vm", "--no-grab", "" }, "wants a key" },
		{ { NULL }, "which VM?" },
		{ { "" }, "cannot be empty" },
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

static void the_windows_shape_arrives(void **state)
{
	static const struct line line = { { "vm", "--scale=fit", "--filter=smooth",
					    "--fullscreen=HDMI-A-1", "--borderless",
					    "--no-grab=super" },
					  NULL };
	static const struct line bare = { { "--fullscreen", "vm" }, NULL };
	struct display_options options;

	(void)state;
	assert_int_equal(parse(&line, &options, NULL), 0);
	assert_int_equal(options.layout.scale, DISPLAY_SCALE_FIT);
	assert_true(options.layout.smooth);
	assert_true(options.shape.fullscreen);
	assert_string_equal(options.shape.monitor, "HDMI-A-1");
	assert_true(options.shape.borderless);
	assert_int_equal(options.host_key_count, 2);
	assert_int_equal(options.host_keys[0], SDL_SCANCODE_LGUI);
	assert_int_equal(options.host_keys[1], SDL_SCANCODE_RGUI);
	assert_int_equal(parse(&bare, &options, NULL), 0);
	assert_true(options.shape.fullscreen);
	assert_null(options.shape.monitor);
	assert_string_equal(options.domain, "vm");
	assert_int_equal(options.screen, 1);
	assert_false(options.keep);
	assert_int_equal(options.layout.scale, DISPLAY_SCALE_EXACT);
	assert_false(options.layout.smooth);
}

static void too_many_keys_are_refused(void **state)
{
	char *argv[DISPLAY_OPTIONS_KEYS + 3] = { argument("vgpu-display"), argument("vm") };
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct display_options options;

	(void)state;
	for (int i = 0; i < DISPLAY_OPTIONS_KEYS; i++)
		argv[i + 2] = argument("--no-grab=Alt");
	assert_int_equal(display_options_parse(&options, DISPLAY_OPTIONS_KEYS + 2, argv, &err), -1);
	assert_non_null(strstr(err.message, "too many keys"));
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
		cmocka_unit_test(the_windows_shape_arrives),
		cmocka_unit_test(too_many_keys_are_refused),
	};

	return cmocka_run_group_tests_name("display options", tests, NULL, NULL);
}
