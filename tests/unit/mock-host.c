/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/mock-host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PRELOAD "libumockdev-preload.so.0"

/*
 * Not umockdev_in_mock_environment(): it says no until a testbed exists. Without
 * the library every test fails, as the machine's own /sys is read.
 */
void mock_host_enter(char **argv)
{
	const char *preload = getenv("LD_PRELOAD");
	const char *options = getenv("ASAN_OPTIONS");
	char *more;

	if (preload != NULL && strstr(preload, PRELOAD) != NULL)
		return;
	/* The preloaded library comes before the sanitizer's on purpose. */
	more = g_strdup_printf("%s:verify_asan_link_order=0", options != NULL ? options : "");
	setenv("ASAN_OPTIONS", more, 1);
	setenv("LD_PRELOAD", PRELOAD, 1);
	g_free(more);
	execv("/proc/self/exe", argv);
	perror("cannot start again with " PRELOAD);
	exit(1);
}

UMockdevTestbed *mock_host_create(void)
{
	return umockdev_testbed_new();
}

void mock_host_destroy(UMockdevTestbed *bed)
{
	g_object_unref(bed);
}

static char *real_path(UMockdevTestbed *bed, const char *path)
{
	char *root = umockdev_testbed_get_root_dir(bed);
	char *whole = g_strconcat(root, path, NULL);

	g_free(root);
	return whole;
}

void mock_host_put(UMockdevTestbed *bed, const char *path, const char *text)
{
	char *file = real_path(bed, path);
	char *directory = g_path_get_dirname(file);

	g_mkdir_with_parents(directory, 0755);
	g_assert_true(g_file_set_contents(file, text, -1, NULL));
	g_free(directory);
	g_free(file);
}

static void put_link(UMockdevTestbed *bed, const char *path, const char *target)
{
	char *link = real_path(bed, path);
	char *directory = g_path_get_dirname(link);

	g_mkdir_with_parents(directory, 0755);
	g_assert_true(symlink(target, link) == 0);
	g_free(directory);
	g_free(link);
}

char *mock_host_add_parent(UMockdevTestbed *bed, const char *subsystem, const char *name,
			   const char *driver)
{
	char *syspath =
		umockdev_testbed_add_device(bed, subsystem, name, NULL, "modalias", "x", NULL,
					    "DRIVER", driver != NULL ? driver : "none", NULL);
	char *class_path = g_strconcat("/sys/class/mdev_bus/", name, NULL);
	char *target = g_strconcat("../..", syspath + strlen("/sys"), NULL);
	char *driver_target = g_strdup_printf("../../bus/%s/drivers/%s", subsystem, driver);
	char *types = g_strconcat(syspath, "/mdev_supported_types/", NULL);
	char *types_path = real_path(bed, types);

	g_mkdir_with_parents(types_path, 0755);
	put_link(bed, class_path, target);
	if (driver != NULL)
		umockdev_testbed_set_attribute_link(bed, syspath, "driver", driver_target);
	g_free(types_path);
	g_free(types);
	g_free(driver_target);
	g_free(target);
	g_free(class_path);
	return syspath;
}

void mock_host_add_type(UMockdevTestbed *bed, const char *parent_syspath, const char *id,
			const char *device_api, const char *available, const char *name,
			const char *description)
{
	const struct {
		const char *name;
		const char *value;
	} attributes[] = {
		{ "device_api", device_api },
		{ "available_instances", available },
		{ "name", name },
		{ "description", description },
		{ "create", "" },
	};

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		char *path = g_strdup_printf("%s/mdev_supported_types/%s/%s", parent_syspath, id,
					     attributes[i].name);

		if (attributes[i].value != NULL)
			mock_host_put(bed, path, attributes[i].value);
		g_free(path);
	}
}

void mock_host_add_vgpu(UMockdevTestbed *bed, const char *parent_syspath, const char *uuid,
			const char *type)
{
	char *target = g_strconcat("../mdev_supported_types/", type, NULL);
	char *syspath = umockdev_testbed_add_device(bed, "mdev", uuid, parent_syspath, "remove", "",
						    NULL, "DRIVER", "i915", NULL);
	char *link = g_strdup_printf("%s/mdev_supported_types/%s/devices/%s", parent_syspath, type,
				     uuid);
	char *back = g_strconcat("../../../", uuid, NULL);

	umockdev_testbed_set_attribute_link(bed, syspath, "mdev_type", target);
	put_link(bed, link, back);
	g_free(back);
	g_free(link);
	g_free(syspath);
	g_free(target);
}

char *mock_host_add_gvt(UMockdevTestbed *bed)
{
	static const struct {
		const char *id;
		const char *available;
		const char *description;
	} types[] = {
		{ "i915-GVTg_V5_8", "6\n",
		  "low_gm_size: 64MB\nhigh_gm_size: 384MB\nfence: 4\nresolution: 1024x768\n"
		  "weight: 2\n" },
		{ "i915-GVTg_V5_4", "3\n",
		  "low_gm_size: 128MB\nhigh_gm_size: 512MB\nfence: 4\nresolution: 1920x1200\n"
		  "weight: 4\n" },
		{ "i915-GVTg_V5_2", "1\n",
		  "low_gm_size: 256MB\nhigh_gm_size: 1024MB\nfence: 4\nresolution: 1920x1200\n"
		  "weight: 8\n" },
	};
	char *syspath = mock_host_add_parent(bed, "pci", "0000:00:02.0", "i915");

	umockdev_testbed_set_attribute(bed, syspath, "vendor", "0x8086\n");
	umockdev_testbed_set_attribute(bed, syspath, "device", "0x5916\n");
	umockdev_testbed_set_attribute(bed, syspath, "class", "0x030000\n");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		mock_host_add_type(bed, syspath, types[i].id, "vfio-pci\n", types[i].available,
				   types[i].id + strlen("i915-"), types[i].description);
	return syspath;
}
