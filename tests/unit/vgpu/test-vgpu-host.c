/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/mock-host.h"
#include "vgpu/base/file.h"
#include "vgpu/create/reason.h"
#include "vgpu/host/host.h"
#include "vgpu/vgpus/make.h"
#include "vgpu/vgpus/remove.h"

#define UUID  "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define UUID2 "4b20d080-1b54-4048-85b3-a6a62d165c02"

static void gather(struct vgpu_host *host)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	int status = vgpu_host_init(host, &err);

	if (status < 0)
		print_error("%s\n", err.message);
	assert_int_equal(status, 0);
}

static void a_machine_without_mdev_has_nothing(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };

	(void)state;
	gather(&host);
	assert_int_equal(host.parent_count, 0);
	assert_int_equal(host.device_count, 0);
	assert_null(vgpu_host_find_parent(&host, "0000:00:02.0"));
	mock_host_destroy(bed);
}

static void a_gvt_host_is_read_as_i915_shows_it(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *syspath = mock_host_add_gvt(bed);
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	const struct vgpu_parent *parent;
	const struct vgpu_type *type;

	(void)state;
	gather(&host);
	assert_int_equal(host.parent_count, 1);
	parent = vgpu_host_find_parent(&host, "0000:00:02.0");
	assert_non_null(parent);
	assert_string_equal(parent->driver, "i915");
	assert_string_equal(parent->syspath, syspath);
	assert_int_equal(parent->type_count, 3);
	assert_string_equal(parent->types[0].id, "i915-GVTg_V5_2");
	assert_string_equal(parent->types[2].id, "i915-GVTg_V5_8");
	type = vgpu_parent_find_type(parent, "i915-GVTg_V5_4");
	assert_non_null(type);
	assert_string_equal(type->name, "GVTg_V5_4");
	assert_string_equal(type->device_api, "vfio-pci");
	assert_int_equal(type->available, 3);
	assert_int_equal(type->maximum, 3);
	assert_int_equal(type->low_mb, 128);
	assert_int_equal(type->high_mb, 512);
	assert_int_equal(type->fences, 4);
	assert_int_equal(type->weight, 4);
	assert_string_equal(type->resolution, "1920x1200");
	assert_null(vgpu_parent_find_type(parent, "i915-GVTg_V5_1"));
	mock_host_destroy(bed);
}

static void parents_come_in_the_order_of_their_names(void **state)
{
	static const char *const names[] = { "mtty", "mdpy", "0000:00:10.0", "0000:00:2.0" };
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		g_free(mock_host_add_parent(bed, "platform", names[i], NULL));
	gather(&host);
	assert_int_equal(host.parent_count, 4);
	assert_string_equal(host.parents[0].name, "0000:00:2.0");
	assert_string_equal(host.parents[1].name, "0000:00:10.0");
	assert_string_equal(host.parents[2].name, "mdpy");
	assert_string_equal(host.parents[3].name, "mtty");
	assert_null(host.parents[3].driver);
	assert_int_equal(host.parents[3].type_count, 0);
	mock_host_destroy(bed);
}

static void parents_are_found_without_the_class(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *root = umockdev_testbed_get_root_dir(bed);
	BASE_AUTO(free) char *link = g_strconcat(root, "/sys/class/mdev_bus/0000:00:02.0", NULL);
	BASE_AUTO(free) char *class_dir = g_strconcat(root, "/sys/class/mdev_bus", NULL);
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };

	(void)state;
	g_free(mock_host_add_gvt(bed));
	assert_int_equal(unlink(link), 0);
	assert_int_equal(rmdir(class_dir), 0);
	mock_host_put(bed, "/sys/bus/mdev/drivers_autoprobe", "1");
	g_free(umockdev_testbed_add_device(bed, "pci", "0000:00:1f.0", NULL, "vendor", "0x8086",
					   NULL, "DRIVER", "x", NULL));
	gather(&host);
	assert_int_equal(host.parent_count, 1);
	assert_string_equal(host.parents[0].name, "0000:00:02.0");
	assert_int_equal(host.parents[0].type_count, 3);
	mock_host_destroy(bed);
}

static void active_vgpus_have_parent_and_type(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *syspath = mock_host_add_gvt(bed);
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	const struct vgpu_device *device;

	(void)state;
	mock_host_add_vgpu(bed, syspath, UUID2, "i915-GVTg_V5_4");
	mock_host_add_vgpu(bed, syspath, UUID, "i915-GVTg_V5_8");
	gather(&host);
	assert_int_equal(host.device_count, 2);
	assert_string_equal(host.devices[0].uuid, UUID);
	device = vgpu_host_find_device(&host, UUID2);
	assert_non_null(device);
	assert_string_equal(device->parent, "0000:00:02.0");
	assert_string_equal(device->type, "i915-GVTg_V5_4");
	assert_int_equal(host.parents[0].active, 2);
	assert_int_equal(vgpu_parent_find_type(&host.parents[0], "i915-GVTg_V5_8")->active, 1);
	assert_int_equal(vgpu_parent_find_type(&host.parents[0], "i915-GVTg_V5_2")->active, 0);
	mock_host_destroy(bed);
}

static void the_maximum_is_told_only_when_it_is_known(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *syspath = mock_host_add_gvt(bed);
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	const struct vgpu_parent *parent;

	(void)state;
	mock_host_add_vgpu(bed, syspath, UUID, "i915-GVTg_V5_8");
	gather(&host);
	parent = vgpu_host_find_parent(&host, "0000:00:02.0");
	assert_int_equal(vgpu_parent_find_type(parent, "i915-GVTg_V5_8")->maximum, 7);
	assert_int_equal(vgpu_parent_find_type(parent, "i915-GVTg_V5_4")->maximum, -1);
	mock_host_destroy(bed);
}

static void init_types(struct vgpu_host *host)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	int status = vgpu_host_init_types(host, &err);

	if (status < 0)
		print_error("%s\n", err.message);
	assert_int_equal(status, 0);
}

static void types_count_the_vgpus_by_themselves(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *syspath = mock_host_add_gvt(bed);
	BASE_AUTO(free) char *other = mock_host_add_parent(bed, "platform", "mtty", "mtty");
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	const struct vgpu_parent *gpu;

	(void)state;
	mock_host_add_type(bed, other, "mtty-1", "vfio-pci", "5", NULL, NULL);
	mock_host_add_vgpu(bed, syspath, UUID, "i915-GVTg_V5_8");
	mock_host_add_vgpu(bed, other, UUID2, "mtty-1");
	init_types(&host);
	assert_int_equal(host.device_count, 0);
	gpu = vgpu_host_find_parent(&host, "0000:00:02.0");
	assert_int_equal(gpu->active, 1);
	assert_int_equal(vgpu_parent_find_type(gpu, "i915-GVTg_V5_8")->active, 1);
	assert_int_equal(vgpu_parent_find_type(gpu, "i915-GVTg_V5_8")->maximum, 7);
	assert_int_equal(vgpu_parent_find_type(gpu, "i915-GVTg_V5_4")->active, 0);
	assert_int_equal(vgpu_parent_find_type(gpu, "i915-GVTg_V5_4")->maximum, -1);
	assert_int_equal(vgpu_host_find_parent(&host, "mtty")->types[0].maximum, 6);
	mock_host_destroy(bed);
}

/* As one whose removal waits for the virtual machine that has it. */
static void a_vgpu_without_a_type_is_its_parents_still(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *syspath = mock_host_add_gvt(bed);
	BASE_AUTO(free) char *root = umockdev_testbed_get_root_dir(bed);
	BASE_AUTO(free) char *type = g_strconcat(root, syspath, "/" UUID "/mdev_type", NULL);
	BASE_AUTO(free)
	char *link = g_strconcat(root, syspath,
				 "/mdev_supported_types/i915-GVTg_V5_8/devices/" UUID, NULL);

	(void)state;
	mock_host_add_vgpu(bed, syspath, UUID, "i915-GVTg_V5_8");
	mock_host_add_vgpu(bed, syspath, UUID2, "i915-GVTg_V5_4");
	assert_int_equal(unlink(type), 0);
	assert_int_equal(unlink(link), 0);
	for (int with_devices = 0; with_devices < 2; with_devices++) {
		BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
		const struct vgpu_parent *gpu;

		if (with_devices)
			gather(&host);
		else
			init_types(&host);
		gpu = vgpu_host_find_parent(&host, "0000:00:02.0");
		assert_int_equal(gpu->active, 2);
		assert_int_equal(vgpu_parent_find_type(gpu, "i915-GVTg_V5_8")->active, 0);
		assert_int_equal(vgpu_parent_find_type(gpu, "i915-GVTg_V5_4")->active, 1);
		assert_int_equal(vgpu_parent_find_type(gpu, "i915-GVTg_V5_4")->maximum, -1);
	}
	mock_host_destroy(bed);
}

static void what_a_driver_does_not_say_is_unknown(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *syspath = mock_host_add_parent(bed, "pci", "0000:01:00.0", "odd");
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	const struct vgpu_type *type;

	(void)state;
	mock_host_add_type(bed, syspath, "odd-1", NULL, NULL, NULL, NULL);
	gather(&host);
	assert_int_equal(host.parents[0].type_count, 1);
	type = &host.parents[0].types[0];
	assert_null(type->name);
	assert_null(type->description);
	assert_null(type->device_api);
	assert_null(type->resolution);
	assert_int_equal(type->available, -1);
	assert_int_equal(type->maximum, -1);
	assert_int_equal(type->low_mb, -1);
	assert_true(vgpu_type_may_fit(type));
	mock_host_destroy(bed);
}

static void counts_that_make_no_sense_are_unknown(void **state)
{
	static const char *const counts[] = { "",     "many",	"-1",
					      "0x10", "1 2",	"1.5",
					      " 7",   "7\n\n8", "99999999999999999999" };
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *syspath = mock_host_add_parent(bed, "pci", "0000:01:00.0", "odd");
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		char id[16];

		snprintf(id, sizeof(id), "odd-%zu", i);
		mock_host_add_type(bed, syspath, id, "vfio-pci", counts[i], NULL, NULL);
	}
	gather(&host);
	assert_int_equal(host.parents[0].type_count, sizeof(counts) / sizeof(counts[0]));
	for (size_t i = 0; i < host.parents[0].type_count; i++) {
		assert_int_equal(host.parents[0].types[i].available, -1);
		assert_int_equal(host.parents[0].types[i].maximum, -1);
	}
	mock_host_destroy(bed);
}

static void foreign_text_cannot_reach_the_terminal(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *syspath = mock_host_add_parent(bed, "pci", "0000:01:00.0", "odd");
	BASE_AUTO(free) char *huge = g_strnfill(100000, 'x');
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	const struct vgpu_parent *parent;

	(void)state;
	mock_host_add_type(bed, syspath, "odd-1", "vfio\033[2J", "1", "\xff\xfe",
			   "a\tb\nc\033]0;\n");
	mock_host_add_type(bed, syspath, "odd-2", huge, huge, huge, huge);
	gather(&host);
	parent = &host.parents[0];
	assert_int_equal(parent->type_count, 2);
	assert_string_equal(parent->types[0].device_api, "vfio?[2J");
	assert_string_equal(parent->types[0].name, "??");
	assert_string_equal(parent->types[0].description, "a?b\nc?]0;");
	assert_null(parent->types[1].description);
	mock_host_destroy(bed);
}

static void names_that_are_none_are_passed_over(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *syspath = mock_host_add_gvt(bed);
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };

	(void)state;
	mock_host_add_type(bed, syspath, "bad name", "vfio-pci", "1", NULL, NULL);
	mock_host_add_type(bed, syspath, ".hidden", "vfio-pci", "1", NULL, NULL);
	mock_host_put(bed, "/sys/devices/0000:00:02.0/mdev_supported_types/file", "not a type");
	mock_host_put(bed, "/sys/class/mdev_bus/file", "not a parent");
	mock_host_add_vgpu(bed, syspath, "not-a-uuid", "i915-GVTg_V5_8");
	gather(&host);
	assert_int_equal(host.parent_count, 1);
	assert_int_equal(host.parents[0].type_count, 3);
	assert_int_equal(host.device_count, 0);
	mock_host_destroy(bed);
}

static int make(const struct vgpu_parent *parent, const char *type, struct base_error *err)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };

	assert_int_equal(vgpu_definition_init(&definition, parent->name, UUID, type,
					      VGPU_START_MANUAL, NULL),
			 0);
	return vgpu_make(parent, &definition, err);
}

static void making_writes_the_uuid_to_the_type(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	BASE_AUTO(free) char *written = NULL;

	(void)state;
	g_free(mock_host_add_gvt(bed));
	gather(&host);
	assert_int_equal(make(&host.parents[0], "i915-GVTg_V5_4", &err), 0);
	written = base_file_read_at(
		AT_FDCWD, "/sys/devices/0000:00:02.0/mdev_supported_types/i915-GVTg_V5_4/create",
		64, NULL, &err);
	assert_non_null(written);
	assert_string_equal(written, UUID);
	assert_int_equal(make(&host.parents[0], "gone", &err), -1);
	assert_int_equal(err.errnum, ENOENT);
	assert_non_null(strstr(err.message, "0000:00:02.0 can no longer make a gone"));
	mock_host_destroy(bed);
}

static void removing_writes_to_the_vgpu(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *syspath = mock_host_add_gvt(bed);
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(vgpu_device) struct vgpu_device device = { 0 };
	BASE_AUTO(free) char *written = NULL;

	(void)state;
	mock_host_add_vgpu(bed, syspath, UUID, "i915-GVTg_V5_8");
	assert_int_equal(vgpu_device_init(&device, UUID2, &err), -1);
	assert_int_equal(err.errnum, ENOENT);
	assert_int_equal(vgpu_device_init(&device, UUID, NULL), 0);
	assert_int_equal(vgpu_remove(&device, NULL), 0);
	written = base_file_read_at(AT_FDCWD, "/sys/devices/0000:00:02.0/" UUID "/remove", 64, NULL,
				    &err);
	assert_non_null(written);
	assert_string_equal(written, "1");
	mock_host_destroy(bed);
}

static void a_small_aperture_is_told(void **state)
{
	static const struct {
		const char *bar;
		const char *words;
	} cases[] = {
		{ "0x00000000e0000000 0x00000000e7ffffff 0x000000000014220c\n",
		  "no type fits an aperture of 128 MB" },
		{ "0x00000000e0000000 0x00000000efffffff 0x000000000014220c\n", "offers no types" },
		{ "0x0 0x0 0x0\n", "offers no types" },
		{ "0xffffffffffffffff 0x1 0x0\n", "offers no types" },
		{ "garbage\n", "offers no types" },
	};
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *syspath = mock_host_add_parent(bed, "pci", "0000:00:02.0", "i915");
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };

	(void)state;
	umockdev_testbed_set_attribute(bed, syspath, "vendor", "0x8086");
	umockdev_testbed_set_attribute(bed, syspath, "device", "0x5916");
	umockdev_testbed_set_attribute(bed, syspath, "class", "0x030000");
	gather(&host);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		BASE_AUTO(free) char *reason = NULL;
		char text[256];

		snprintf(text, sizeof(text), "0x0 0x0 0x0\n0x0 0x0 0x0\n%s", cases[i].bar);
		umockdev_testbed_set_attribute(bed, syspath, "resource", text);
		reason = vgpu_reason_no_types(&host.parents[0]);
		assert_non_null(reason);
		assert_non_null(strstr(reason, cases[i].words));
	}
	mock_host_destroy(bed);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_without_mdev_has_nothing),
		cmocka_unit_test(a_gvt_host_is_read_as_i915_shows_it),
		cmocka_unit_test(parents_come_in_the_order_of_their_names),
		cmocka_unit_test(parents_are_found_without_the_class),
		cmocka_unit_test(active_vgpus_have_parent_and_type),
		cmocka_unit_test(the_maximum_is_told_only_when_it_is_known),
		cmocka_unit_test(types_count_the_vgpus_by_themselves),
		cmocka_unit_test(a_vgpu_without_a_type_is_its_parents_still),
		cmocka_unit_test(what_a_driver_does_not_say_is_unknown),
		cmocka_unit_test(counts_that_make_no_sense_are_unknown),
		cmocka_unit_test(foreign_text_cannot_reach_the_terminal),
		cmocka_unit_test(names_that_are_none_are_passed_over),
		cmocka_unit_test(making_writes_the_uuid_to_the_type),
		cmocka_unit_test(removing_writes_to_the_vgpu),
		cmocka_unit_test(a_small_aperture_is_told),
	};

	(void)argc;
	mock_host_enter(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
