/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/mock-host.h"
#include "vgpu/host/watch.h"

#define SOON  20   /* ms */
#define LATER 5000 /* ms */

static struct vgpu_watch *create(void)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct vgpu_watch *watch = vgpu_watch_create(&err);

	if (watch == NULL)
		print_error("%s\n", err.message);
	assert_non_null(watch);
	return watch;
}

static void silence_ends_with_the_deadline(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(vgpu_watch) struct vgpu_watch *watch = create();
	int64_t start = vgpu_watch_now();
	char name[NAME_MAX + 1];

	(void)state;
	assert_int_equal(vgpu_watch_wait(watch, start + SOON, name, NULL), 0);
	assert_true(vgpu_watch_now() >= start + SOON);
	assert_int_equal(vgpu_watch_wait(watch, start - 1, name, NULL), 0);
	mock_host_destroy(bed);
}

static void what_happened_before_the_wait_is_not_missed(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(vgpu_watch) struct vgpu_watch *watch = create();
	int64_t start = vgpu_watch_now();
	char name[NAME_MAX + 1];

	(void)state;
	umockdev_testbed_uevent(bed, gpu, "change");
	assert_int_equal(vgpu_watch_wait(watch, start + LATER, name, NULL), 1);
	assert_string_equal(name, "0000:00:02.0");
	assert_true(vgpu_watch_now() < start + LATER);
	assert_int_equal(vgpu_watch_wait(watch, start, name, NULL), 0);
	mock_host_destroy(bed);
}

static void other_devices_do_not_end_the_wait_for_one(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(free) char *other = mock_host_add_parent(bed, "mtty", "mtty", NULL);
	BASE_AUTO(vgpu_watch) struct vgpu_watch *watch = create();
	int64_t start = vgpu_watch_now();

	(void)state;
	umockdev_testbed_uevent(bed, other, "change");
	assert_int_equal(vgpu_watch_wait_for(watch, "0000:00:02.0", start + SOON, NULL), 0);
	umockdev_testbed_uevent(bed, other, "change");
	umockdev_testbed_uevent(bed, gpu, "change");
	assert_int_equal(vgpu_watch_wait_for(watch, "0000:00:02.0", start + LATER, NULL), 1);
	mock_host_destroy(bed);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_ends_with_the_deadline),
		cmocka_unit_test(what_happened_before_the_wait_is_not_missed),
		cmocka_unit_test(other_devices_do_not_end_the_wait_for_one),
	};

	(void)argc;
	mock_host_enter(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
