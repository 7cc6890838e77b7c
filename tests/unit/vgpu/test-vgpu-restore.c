/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/mock-host.h"
#include "vgpu/base/file.h"
#include "vgpu/vgpus/restore.h"

#define UUID	  "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define PARENT	  "0000:00:02.0"
#define TYPE	  "i915-GVTg_V5_4"
#define LATER_US  50000
#define TYPE_LINK "../mdev_supported_types/" TYPE

static int restore(const struct vgpu_host *host, const char *parent, const char *type,
		   struct base_error *err)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };

	assert_int_equal(
		vgpu_definition_init(&definition, parent, UUID, type, VGPU_START_BOOT, NULL), 0);
	return vgpu_restore_one(host, &definition, err);
}

static void what_is_there_is_left_alone(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };

	(void)state;
	mock_host_add_vgpu(bed, gpu, UUID, TYPE);
	assert_int_equal(vgpu_host_init(&host, NULL), 0);
	assert_int_equal(restore(&host, PARENT, TYPE, NULL), 0);
	mock_host_destroy(bed);
}

static void what_is_missing_is_made(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };

	(void)state;
	free(mock_host_add_gvt(bed));
	assert_int_equal(vgpu_host_init(&host, NULL), 0);
	assert_int_equal(restore(&host, PARENT, TYPE, NULL), 1);
	mock_host_destroy(bed);
}

static void what_cannot_be_is_told(void **state)
{
	static const struct {
		const char *parent;
		const char *type;
		int errnum;
		const char *words;
	} cases[] = {
		{ PARENT, "i915-GVTg_V5_8", EEXIST, "is taken by a " TYPE " on " PARENT },
		{ "mtty", TYPE, EEXIST, "is taken by a " TYPE " on " PARENT },
		{ "mtty", "mtty-1", EEXIST, "is taken by a " TYPE " on " PARENT },
	};
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(vgpu_host) struct vgpu_host empty = { 0 };
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	BASE_AUTO(base_error) struct base_error err = { 0 };

	(void)state;
	assert_int_equal(vgpu_host_init(&empty, NULL), 0);
	mock_host_add_vgpu(bed, gpu, UUID, TYPE);
	assert_int_equal(vgpu_host_init(&host, NULL), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		BASE_AUTO(base_error) struct base_error why = { 0 };

		assert_int_equal(restore(&host, cases[i].parent, cases[i].type, &why), -1);
		assert_int_equal(why.errnum, cases[i].errnum);
		assert_non_null(strstr(why.message, cases[i].words));
	}
	assert_int_equal(restore(&empty, "mtty", "mtty-1", &err), -1);
	assert_int_equal(err.errnum, ENODEV);
	assert_int_equal(restore(&empty, PARENT, "i915-GVTg_V5_1", &err), -1);
	assert_non_null(strstr(err.message, "has no type"));
	mock_host_destroy(bed);
}

struct other {
	UMockdevTestbed *bed;
	char *syspath;
};

/* As mdev ends making a vGPU: the link to its type comes last. */
static void *finish_making(void *data)
{
	const struct other *other = data;

	usleep(LATER_US);
	umockdev_testbed_set_attribute_link(other->bed, other->syspath, "mdev_type", TYPE_LINK);
	umockdev_testbed_uevent(other->bed, other->syspath, "bind");
	return NULL;
}

static void what_another_program_is_making_is_waited_for(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	struct other other = { .bed = bed };
	pthread_t thread;

	(void)state;
	other.syspath = umockdev_testbed_add_device(bed, "mdev", UUID, gpu, "remove", "", NULL,
						    "DRIVER", "i915", NULL);
	assert_int_equal(vgpu_host_init(&host, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, finish_making, &other), 0);
	assert_int_equal(restore(&host, PARENT, TYPE, NULL), 0);
	pthread_join(thread, NULL);
	free(other.syspath);
	mock_host_destroy(bed);
}

static void what_another_program_gives_up_is_made(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(free) char *syspath = NULL;
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };

	(void)state;
	syspath = umockdev_testbed_add_device(bed, "mdev", UUID, gpu, "remove", "", NULL, "DRIVER",
					      "i915", NULL);
	assert_int_equal(vgpu_host_init(&host, NULL), 0);
	umockdev_testbed_remove_device(bed, syspath);
	assert_int_equal(restore(&host, PARENT, TYPE, NULL), 1);
	mock_host_destroy(bed);
}

#define ATTRIBUTE "gvtsim/refresh_mhz"

static int restore_with_attribute(const struct vgpu_host *host, struct base_error *err)
{
	static const char text[] = "{\"mdev_type\":\"" TYPE "\",\"start\":\"auto\",\"attrs\":"
				   "[{\"" ATTRIBUTE "\":\"75000\"}]}";
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };

	assert_int_equal(
		vgpu_definition_parse(&definition, PARENT, UUID, text, sizeof(text) - 1, NULL), 0);
	return vgpu_restore_one(host, &definition, err);
}

/* Its maker was killed between the vGPU and the attribute. */
static void what_is_there_gets_the_attributes_that_it_lacks(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(free) char *path = NULL;
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };

	(void)state;
	mock_host_add_vgpu(bed, gpu, UUID, TYPE);
	assert_true(asprintf(&path, "%s/" UUID "/" ATTRIBUTE, gpu) > 0);
	mock_host_put(bed, path, "60000\n");
	assert_int_equal(vgpu_host_init(&host, NULL), 0);
	for (int i = 0; i < 2; i++) {
		BASE_AUTO(free) char *value = NULL;

		assert_int_equal(restore_with_attribute(&host, NULL), 0);
		value = base_file_read_attribute_at(AT_FDCWD, path);
		assert_non_null(value);
		assert_memory_equal(value, "75000", 5);
	}
	mock_host_destroy(bed);
}

/* Whoever asks for ENODEV or ENOSPC asks what the parent says to a new vGPU. */
static void an_attribute_that_fails_says_nothing_of_the_parent(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	BASE_AUTO(base_error) struct base_error err = { 0 };

	(void)state;
	free(mock_host_add_gvt(bed));
	assert_int_equal(vgpu_host_init(&host, NULL), 0);
	assert_int_equal(restore_with_attribute(&host, &err), -1);
	assert_non_null(strstr(err.message, "the attribute " ATTRIBUTE));
	assert_int_equal(err.errnum, 0);
	mock_host_destroy(bed);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_left_alone),
		cmocka_unit_test(what_is_missing_is_made),
		cmocka_unit_test(what_cannot_be_is_told),
		cmocka_unit_test(what_another_program_is_making_is_waited_for),
		cmocka_unit_test(what_another_program_gives_up_is_made),
		cmocka_unit_test(what_is_there_gets_the_attributes_that_it_lacks),
		cmocka_unit_test(an_attribute_that_fails_says_nothing_of_the_parent),
	};

	(void)argc;
	mock_host_enter(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
