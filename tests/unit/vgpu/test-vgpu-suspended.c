/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "vgpu/store/store.h"
#include "vgpu/store/suspended.h"

#define A "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define B "4b20d080-1b54-4048-85b3-a6a62d165c02"

static void remember(const struct scratch *f, const char *parent, const char *uuid)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };
	BASE_AUTO(vgpu_store) struct vgpu_store suspended = { .fd = -1 };

	assert_int_equal(
		vgpu_definition_init(&definition, parent, uuid, "mtty-1", VGPU_START_MANUAL, NULL),
		0);
	assert_int_equal(vgpu_store_init(&suspended, f->path, NULL), 0);
	assert_int_equal(vgpu_store_write(&suspended, &definition, NULL), 0);
}

static void what_is_removed_does_not_wake_up(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(vgpu_store) struct vgpu_store suspended = { .fd = -1 };
	bool was_there = false;

	remember(f, "mtty", A);
	remember(f, "0000:00:02.0", A);
	remember(f, "mtty", B);
	assert_int_equal(vgpu_suspended_forget(f->path, A, &was_there, NULL), 0);
	assert_true(was_there);
	assert_int_equal(vgpu_suspended_forget(f->path, A, &was_there, NULL), 0);
	assert_false(was_there);
	assert_int_equal(vgpu_store_init(&suspended, f->path, NULL), 0);
	assert_int_equal(suspended.definition_count, 1);
	assert_string_equal(suspended.definitions[0].uuid, B);
}

static void before_the_first_sleep_there_is_nothing_to_forget(void **state)
{
	bool was_there = true;

	(void)state;
	assert_int_equal(vgpu_suspended_forget("/nowhere", A, &was_there, NULL), 0);
	assert_false(was_there);
}

static void what_cannot_be_forgotten_is_told(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	bool was_there = true;

	(void)state;
	assert_int_equal(vgpu_suspended_forget("/dev/null", A, &was_there, &err), -1);
	assert_non_null(strstr(err.message, A " would come back when the machine wakes up: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_removed_does_not_wake_up, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test(before_the_first_sleep_there_is_nothing_to_forget),
		cmocka_unit_test(what_cannot_be_forgotten_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
