/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/host/gpu.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/file.h"
#include "vgpu/base/line.h"
#include "vgpu/base/text.h"
#include "vgpu/host/gvt.h"
#include "vgpu/host/udev.h"

#define MODEL_KEY    "ID_MODEL_FROM_DATABASE"
#define VENDOR_INTEL 0x8086

/* Where Intel puts the graphics of its processors. */
#define OWN_ADDRESS "0000:00:02.0"

static uint16_t read_id(struct udev_device *device, const char *attribute)
{
	const char *text = udev_device_get_sysattr_value(device, attribute);

	return text != NULL ? (uint16_t)strtoul(text, NULL, 16) : 0;
}

/* Looks in the whole database, for a device that udevd has not seen. */
static char *look_up_model(struct udev *udev, struct udev_device *device)
{
	BASE_AUTO(udev_hwdb) struct udev_hwdb *hwdb = udev_hwdb_new(udev);
	struct udev_list_entry *entry;
	char alias[64];

	if (hwdb == NULL)
		return NULL;
	snprintf(alias, sizeof(alias), "pci:v%08" PRIX16 "d%08" PRIX16 "sv",
		 read_id(device, "vendor"), read_id(device, "device"));
	entry = udev_hwdb_get_properties_list_entry(hwdb, alias, 0);
	entry = udev_list_entry_get_by_name(entry, MODEL_KEY);
	return entry != NULL ? strdup(udev_list_entry_get_value(entry)) : NULL;
}

/* NULL if it is not known, else owned by the caller. */
static char *find_model(struct udev *udev, struct udev_device *device)
{
	const char *known = udev_device_get_property_value(device, MODEL_KEY);
	BASE_AUTO(free)
	char *name = known != NULL ? strdup(known) : look_up_model(udev, device);
	char *model;

	if (name == NULL)
		return NULL;
	model = base_text_format("%s%s", read_id(device, "vendor") == VENDOR_INTEL ? "Intel " : "",
				 name);
	if (model != NULL)
		base_line_make(model);
	return model;
}

/* NULL if it cannot be read. */
static char *read_attribute(const char *syspath, const char *attribute)
{
	BASE_AUTO(free) char *path = base_text_join_path(syspath, attribute);

	return path != NULL ? base_file_read_attribute_at(AT_FDCWD, path) : NULL;
}

uint16_t vgpu_gpu_read_id(const char *syspath, const char *attribute)
{
	BASE_AUTO(free) char *text = read_attribute(syspath, attribute);

	return text != NULL ? (uint16_t)strtoul(text, NULL, 16) : 0;
}

char *vgpu_gpu_find_model(const char *syspath)
{
	BASE_AUTO(udev) struct udev *udev = udev_new();
	BASE_AUTO(udev_device) struct udev_device *device = NULL;

	if (udev != NULL)
		device = udev_device_new_from_syspath(udev, syspath);
	return device != NULL ? find_model(udev, device) : NULL;
}

/* Reads the next number, in hexadecimal; false if there is none. */
static bool read_number(const char **text, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(*text, &end, 16);
	if (end == *text || errno != 0)
		return false;
	*text = end;
	return true;
}

/* A line for each region: its start, its end and its flags. */
long vgpu_gpu_aperture(const char *syspath)
{
	BASE_AUTO(free) char *text = read_attribute(syspath, "resource");
	const char *rest = text;
	uint64_t start = 0, end = 0;

	for (int i = 0; rest != NULL && i < 3; i++) {
		uint64_t flags;

		if (!read_number(&rest, &start) || !read_number(&rest, &end))
			return 0;
		if (i < 2 && !read_number(&rest, &flags))
			return 0;
	}
	if (end <= start)
		return 0;
	return (long)((end - start + 1) >> 20);
}

/* NULL if there is none, else owned by the caller. */
static char *find_render_node(struct udev *udev, struct udev_device *gpu)
{
	BASE_AUTO(udev_enumerate) struct udev_enumerate *nodes = udev_enumerate_new(udev);
	struct udev_list_entry *entry;

	if (nodes == NULL || udev_enumerate_add_match_subsystem(nodes, "drm") < 0 ||
	    udev_enumerate_add_match_sysname(nodes, "renderD*") < 0 ||
	    udev_enumerate_add_match_parent(nodes, gpu) < 0)
		return NULL;
	udev_enumerate_scan_devices(nodes);
	udev_list_entry_foreach (entry, udev_enumerate_get_list_entry(nodes)) {
		BASE_AUTO(udev_device)
		struct udev_device *node =
			udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
		const char *path = node != NULL ? udev_device_get_devnode(node) : NULL;

		if (path != NULL)
			return strdup(path);
	}
	return NULL;
}

int vgpu_gpu_find_render_node(const char *syspath, char **path, struct base_error *err)
{
	BASE_AUTO(udev) struct udev *udev = udev_new();
	BASE_AUTO(udev_device) struct udev_device *gpu = NULL;

	if (udev != NULL)
		gpu = udev_device_new_from_syspath(udev, syspath);
	if (gpu == NULL)
		return base_error_set(err, BASE_FAILED, "cannot look for the render node of %s",
				      syspath);
	*path = find_render_node(udev, gpu);
	return 0;
}

static int read_gpu(struct vgpu_gpu *gpu, struct udev *udev, struct udev_device *device,
		    struct base_error *err)
{
	const char *driver = udev_device_get_driver(device);

	gpu->address = strdup(udev_device_get_sysname(device));
	gpu->driver = driver != NULL ? strdup(driver) : NULL;
	if (gpu->address == NULL || (driver != NULL && gpu->driver == NULL))
		return base_error_no_memory(err, "cannot look for a graphics processor");
	gpu->device = read_id(device, "device");
	gpu->model = find_model(udev, device);
	gpu->render_node = find_render_node(udev, device);
	gpu->aperture_mb = vgpu_gpu_aperture(udev_device_get_syspath(device));
	return 0;
}

/*
 * Sorted by sysfs path, an Intel card behind a bridge would come before the
 * processor's own graphics.
 */
static int rank(struct udev_device *device)
{
	if (vgpu_gvt_supports(read_id(device, "device")))
		return 3;
	return strcmp(udev_device_get_sysname(device), OWN_ADDRESS) == 0 ? 2 : 1;
}

/* The first of those with the highest rank; NULL if there is none. */
static struct udev_device *find_best(struct udev *udev, struct udev_list_entry *entries)
{
	BASE_AUTO(udev_device) struct udev_device *best = NULL;
	struct udev_list_entry *entry;

	udev_list_entry_foreach (entry, entries) {
		BASE_AUTO(udev_device)
		struct udev_device *device =
			udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));

		if (device == NULL || (best != NULL && rank(device) <= rank(best)))
			continue;
		udev_device_unref(best);
		best = BASE_STEAL_PTR(device);
	}
	return BASE_STEAL_PTR(best);
}

int vgpu_gpu_gather(struct vgpu_gpu *gpu, struct base_error *err)
{
	BASE_AUTO(udev) struct udev *udev = udev_new();
	BASE_AUTO(udev_enumerate)
	struct udev_enumerate *all = udev != NULL ? udev_enumerate_new(udev) : NULL;
	BASE_AUTO(udev_device) struct udev_device *device = NULL;

	*gpu = (struct vgpu_gpu){ 0 };
	if (all == NULL || udev_enumerate_add_match_subsystem(all, "pci") < 0 ||
	    udev_enumerate_add_match_sysattr(all, "vendor", "0x8086") < 0 ||
	    udev_enumerate_add_match_sysattr(all, "class", "0x03*") < 0)
		return base_error_no_memory(err, "cannot look for a graphics processor");
	udev_enumerate_scan_devices(all);
	device = find_best(udev, udev_enumerate_get_list_entry(all));
	if (device == NULL || read_gpu(gpu, udev, device, err) == 0)
		return 0;
	vgpu_gpu_finish(gpu);
	return -1;
}

void vgpu_gpu_finish(struct vgpu_gpu *gpu)
{
	if (gpu == NULL)
		return;
	free(gpu->address);
	free(gpu->model);
	free(gpu->driver);
	free(gpu->render_node);
	*gpu = (struct vgpu_gpu){ 0 };
}
