/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "vgpu/base/dir.h"

/* More than one read(2) of the directory gives. */
#define MANY 1000

static void every_name_comes_once(void **state)
{
	static bool seen[MANY];
	const struct scratch *scratch = *state;
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;
	const char *name;
	int count = 0;

	for (int i = 0; i < MANY; i++) {
		char path[32];

		snprintf(path, sizeof(path), "some-longer-name-%d", i);
		assert_int_equal(mkdirat(scratch->fd, path, 0700), 0);
	}
	assert_int_equal(base_dir_open(&dir, scratch->fd, "."), 0);
	while ((name = base_dir_next(&dir)) != NULL) {
		int number = -1;

		assert_int_equal(sscanf(name, "some-longer-name-%d", &number), 1);
		assert_in_range(number, 0, MANY - 1);
		assert_false(seen[number]);
		seen[number] = true;
		count++;
	}
	assert_int_equal(errno, 0);
	assert_int_equal(count, MANY);
}

static void an_empty_one_has_no_names(void **state)
{
	const struct scratch *scratch = *state;
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;

	assert_int_equal(base_dir_open(&dir, AT_FDCWD, scratch->path), 0);
	errno = EIO;
	assert_null(base_dir_next(&dir));
	assert_int_equal(errno, 0);
}

static void a_longest_name_is_whole(void **state)
{
	const struct scratch *scratch = *state;
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;
	char name[256] = "";

	memset(name, 'x', sizeof(name) - 1);
	assert_int_equal(mkdirat(scratch->fd, name, 0700), 0);
	assert_int_equal(base_dir_open(&dir, scratch->fd, "."), 0);
	assert_string_equal(base_dir_next(&dir), name);
	assert_null(base_dir_next(&dir));
}

static void one_that_is_open_is_read_too(void **state)
{
	const struct scratch *scratch = *state;
	BASE_AUTO(base_dir) struct base_dir dir = { .fd = dup(scratch->fd) };

	assert_int_equal(mkdirat(scratch->fd, "one", 0700), 0);
	assert_string_equal(base_dir_next(&dir), "one");
}

static void what_is_none_is_told(void **state)
{
	const struct scratch *scratch = *state;
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;

	assert_int_equal(base_dir_open(&dir, scratch->fd, "nothing"), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(symlinkat("/dev/null", scratch->fd, "file"), 0);
	assert_int_equal(base_dir_open(&dir, scratch->fd, "file"), -1);
	assert_int_equal(errno, ENOTDIR);
	assert_null(base_dir_next(&dir));
	assert_int_equal(errno, EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_name_comes_once, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(an_empty_one_has_no_names, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(a_longest_name_is_whole, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(one_that_is_open_is_read_too, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(what_is_none_is_told, scratch_set_up,
						scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
