/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/device.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/array.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/file.h"
#include "vgpu/holder.h"
#include "vgpu/udev.h"

#define UNKNOWN "?"

static int no_memory(struct base_error *err)
{
	return base_error_errno(err, ENOMEM, "cannot list the vGPUs");
}

/* The last part of the link's target: how sysfs names a device's relatives. */
static char *read_link_name(const char *directory, const char *link)
{
	BASE_AUTO(free) char *path = NULL;
	char target[PATH_MAX];
	const char *name;
	ssize_t length;

	if (asprintf(&path, "%s/%s", directory, link) < 0)
		return NULL;
	length = readlink(path, target, sizeof(target) - 1);
	if (length <= 0)
		return strdup(UNKNOWN);
	target[length] = '\0';
	name = strrchr(target, '/');
	name = name != NULL ? name + 1 : target;
	return strdup(base_name_is_component(name) ? name : UNKNOWN);
}

/* A vGPU's directory lies in its parent's. */
static char *parent_name(const char *syspath)
{
	const char *end = strrchr(syspath, '/');
	const char *start = end;

	if (end == NULL)
		return strdup(UNKNOWN);
	while (start > syspath && start[-1] != '/')
		start--;
	return strndup(start, (size_t)(end - start));
}

static int init(struct vgpu_device *device, const char *uuid, const char *syspath,
		struct base_error *err)
{
	*device = (struct vgpu_device){ 0 };
	memcpy(device->uuid, uuid, BASE_UUID_SIZE);
	device->syspath = strdup(syspath);
	device->parent = parent_name(syspath);
	device->type = read_link_name(syspath, "mdev_type");
	if (device->syspath != NULL && device->parent != NULL && device->type != NULL)
		return 0;
	vgpu_device_finish(device);
	return no_memory(err);
}

int vgpu_device_init(struct vgpu_device *device, const char *uuid, struct base_error *err)
{
	BASE_AUTO(udev) struct udev *udev = udev_new();
	BASE_AUTO(udev_device) struct udev_device *found = NULL;

	if (udev == NULL)
		return no_memory(err);
	found = udev_device_new_from_subsystem_sysname(udev, "mdev", uuid);
	if (found == NULL)
		return base_error_errno(err, ENOENT, "there is no vGPU %s", uuid);
	return init(device, uuid, udev_device_get_syspath(found), err);
}

bool vgpu_device_has_type(const struct vgpu_device *device)
{
	return strcmp(device->type, UNKNOWN) != 0;
}

static int add(struct vgpu_devices *devices, const char *uuid, const char *syspath,
	       struct base_error *err)
{
	struct vgpu_device *items =
		vgpu_array_grow(devices->items, devices->count, sizeof(*devices->items));

	if (items == NULL)
		return no_memory(err);
	devices->items = items;
	if (init(&items[devices->count], uuid, syspath, err) < 0)
		return -1;
	devices->count++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct vgpu_device *left = a, *right = b;
	int order = strverscmp(left->parent, right->parent);

	return order != 0 ? order : strcmp(left->uuid, right->uuid);
}

int vgpu_devices_gather(struct vgpu_devices *devices, struct udev *udev, struct base_error *err)
{
	BASE_AUTO(udev_enumerate) struct udev_enumerate *all = udev_enumerate_new(udev);
	struct udev_list_entry *entry;

	if (all == NULL || udev_enumerate_add_match_subsystem(all, "mdev") < 0)
		return no_memory(err);
	udev_enumerate_scan_devices(all);
	udev_list_entry_foreach (entry, udev_enumerate_get_list_entry(all)) {
		const char *syspath = udev_list_entry_get_name(entry);
		const char *name = strrchr(syspath, '/');
		char uuid[BASE_UUID_SIZE];

		if (name == NULL || !base_name_parse_uuid(name + 1, uuid))
			continue;
		if (add(devices, uuid, syspath, err) < 0)
			return -1;
	}
	if (devices->count > 0)
		qsort(devices->items, devices->count, sizeof(*devices->items), compare);
	return 0;
}

/* What the kernel's answer to `create` means (drivers/vfio/mdev, i915/gvt). */
static int explain_create(int errnum, const char *parent, const char *type, const char *uuid,
			  struct base_error *err)
{
	switch (errnum) {
	case EACCES:
	case EPERM:
		return base_error_errno(err, errnum, "cannot make a vGPU (run this as root)");
	case EEXIST:
		return base_error_errno(err, errnum, "the UUID %s is taken (take another)", uuid);
	case ENOSPC:
		return base_error_errno(err, errnum,
					"%s is full: aperture, graphics memory, fences or ids for "
					"another %s are spent, dmesg says which (remove a vGPU or "
					"take a smaller type)",
					parent, type);
	case EIO:
		return base_error_errno(err, errnum,
					"%s cannot make a %s (set a larger aperture in the "
					"firmware or take a smaller type)",
					parent, type);
	case ENODEV:
	case ENOENT:
		return base_error_errno(err, errnum, "%s makes no more %s: its driver is gone",
					parent, type);
	default:
		return base_error_errno(err, errnum, "%s refuses to make %s as a %s (see dmesg)",
					parent, uuid, type);
	}
}

int vgpu_device_create(const struct vgpu_parent *parent, const char *type, const char *uuid,
		       struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	BASE_AUTO(free) char *path = NULL;

	if (asprintf(&path, "%s/mdev_supported_types/%s/create", parent->syspath, type) < 0)
		return no_memory(err);
	if (base_file_write_attribute(path, uuid, &why) < 0)
		return explain_create(why.errnum, parent->name, type, uuid, err);
	return 0;
}

int vgpu_device_set(const char *syspath, const char *attribute, const char *value,
		    struct base_error *err)
{
	BASE_AUTO(free) char *path = NULL;

	if (asprintf(&path, "%s/%s", syspath, attribute) < 0)
		return no_memory(err);
	return base_file_write_attribute(path, value, err);
}

int vgpu_device_undo(const struct vgpu_parent *parent, const char *uuid, struct base_error *err)
{
	BASE_AUTO(free) char *syspath = NULL;

	if (asprintf(&syspath, "%s/%s", parent->syspath, uuid) < 0)
		return no_memory(err);
	return vgpu_device_set(syspath, "remove", "1", err);
}

static int explain_remove(int errnum, const struct vgpu_device *device, struct base_error *err)
{
	switch (errnum) {
	case EACCES:
	case EPERM:
		return base_error_errno(err, errnum, "cannot remove a vGPU (run this as root)");
	case EAGAIN:
	case ENODEV:
	case ENOENT:
		return base_error_errno(err, errnum, "the vGPU %s is being removed already",
					device->uuid);
	default:
		return base_error_errno(err, errnum, "%s refuses to remove the vGPU %s (see dmesg)",
					device->parent, device->uuid);
	}
}

/*
 * Held until the kernel has removed it: i915 would let a vGPU go that a VM has
 * opened between the question and the removal.
 */
int vgpu_device_remove(const struct vgpu_device *device, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	BASE_AUTO(fd) int held = -1;

	if (vgpu_holder_exclude(device, &held, err) < 0)
		return -1;
	if (vgpu_device_set(device->syspath, "remove", "1", &why) < 0)
		return explain_remove(why.errnum, device, err);
	return 0;
}

void vgpu_device_finish(struct vgpu_device *device)
{
	if (device == NULL)
		return;
	free(device->parent);
	free(device->type);
	free(device->syspath);
	*device = (struct vgpu_device){ 0 };
}
