/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/parent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/array.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/udev.h"

#define CLASS_PATH "/sys/class/mdev_bus"

static int no_memory(struct base_error *err)
{
	return base_error_errno(err, ENOMEM, "cannot list the parents of vGPUs");
}

static int compare_types(const void *a, const void *b)
{
	const struct vgpu_type *left = a, *right = b;

	return strverscmp(left->id, right->id);
}

static int add_type(struct vgpu_parent *parent, int types_fd, const char *id,
		    struct base_error *err)
{
	struct vgpu_type *types =
		vgpu_array_grow(parent->types, parent->type_count, sizeof(*parent->types));

	if (types == NULL)
		return no_memory(err);
	parent->types = types;
	if (vgpu_type_init(&types[parent->type_count], types_fd, id, err) < 0)
		return -1;
	parent->type_count++;
	return 0;
}

/* A type that vanishes while it is read is no error: the driver is going. */
static int read_types(struct vgpu_parent *parent, struct base_error *err)
{
	BASE_AUTO(free) char *path = NULL;
	BASE_AUTO(dir) DIR *dir = NULL;
	const struct dirent *entry;

	if (asprintf(&path, "%s/mdev_supported_types", parent->syspath) < 0)
		return no_memory(err);
	dir = opendir(path);
	if (dir == NULL)
		return errno == ENOENT ? 0 : base_error_errno(err, errno, "cannot open %s", path);
	while ((entry = readdir(dir)) != NULL) {
		BASE_AUTO(base_error) struct base_error why = { 0 };

		if (!base_name_is_component(entry->d_name))
			continue;
		if (add_type(parent, dirfd(dir), entry->d_name, &why) < 0 && why.errnum == ENOMEM)
			return no_memory(err);
	}
	if (parent->type_count > 0)
		qsort(parent->types, parent->type_count, sizeof(*parent->types), compare_types);
	return 0;
}

static int init(struct vgpu_parent *parent, struct udev_device *device, const char *name,
		struct base_error *err)
{
	const char *driver = udev_device_get_driver(device);

	*parent = (struct vgpu_parent){ 0 };
	parent->name = strdup(name);
	parent->syspath = strdup(udev_device_get_syspath(device));
	parent->driver = driver != NULL ? strdup(driver) : NULL;
	if (parent->name != NULL && parent->syspath != NULL &&
	    (driver == NULL || parent->driver != NULL) && read_types(parent, err) == 0)
		return 0;
	if (!base_error_is_set(err))
		no_memory(err);
	vgpu_parent_finish(parent);
	return -1;
}

static int add(struct vgpu_parents *parents, struct udev_device *device, const char *name,
	       struct base_error *err)
{
	struct vgpu_parent *items =
		vgpu_array_grow(parents->items, parents->count, sizeof(*parents->items));

	if (items == NULL)
		return no_memory(err);
	parents->items = items;
	if (init(&items[parents->count], device, name, err) < 0)
		return -1;
	parents->count++;
	return 0;
}

static int gather_class(struct vgpu_parents *parents, struct udev *udev, DIR *dir,
			struct base_error *err)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)) != NULL) {
		BASE_AUTO(udev_device) struct udev_device *device = NULL;
		BASE_AUTO(free) char *path = NULL;

		if (!base_name_is_component(entry->d_name))
			continue;
		if (asprintf(&path, CLASS_PATH "/%s", entry->d_name) < 0)
			return no_memory(err);
		device = udev_device_new_from_syspath(udev, path);
		if (device != NULL && add(parents, device, entry->d_name, err) < 0)
			return -1;
	}
	return 0;
}

static bool has_types(const char *syspath)
{
	BASE_AUTO(free) char *path = NULL;

	if (asprintf(&path, "%s/mdev_supported_types", syspath) < 0)
		return false;
	return access(path, F_OK) == 0;
}

static int gather_all(struct vgpu_parents *parents, struct udev *udev, struct base_error *err)
{
	BASE_AUTO(udev_enumerate) struct udev_enumerate *all = udev_enumerate_new(udev);
	struct udev_list_entry *entry;

	if (all == NULL)
		return no_memory(err);
	udev_enumerate_scan_devices(all);
	udev_list_entry_foreach (entry, udev_enumerate_get_list_entry(all)) {
		BASE_AUTO(udev_device) struct udev_device *device = NULL;
		const char *syspath = udev_list_entry_get_name(entry);
		const char *name = strrchr(syspath, '/');

		if (name == NULL || !base_name_is_component(name + 1) || !has_types(syspath))
			continue;
		device = udev_device_new_from_syspath(udev, syspath);
		if (device != NULL && add(parents, device, name + 1, err) < 0)
			return -1;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct vgpu_parent *left = a, *right = b;

	return strverscmp(left->name, right->name);
}

int vgpu_parents_gather(struct vgpu_parents *parents, struct udev *udev, struct base_error *err)
{
	BASE_AUTO(dir) DIR *dir = opendir(CLASS_PATH);
	int status;

	status = dir != NULL ? gather_class(parents, udev, dir, err)
			     : gather_all(parents, udev, err);
	if (parents->count > 0)
		qsort(parents->items, parents->count, sizeof(*parents->items), compare);
	return status;
}

void vgpu_parent_finish(struct vgpu_parent *parent)
{
	if (parent == NULL)
		return;
	for (size_t i = 0; i < parent->type_count; i++)
		vgpu_type_finish(&parent->types[i]);
	free(parent->types);
	free(parent->name);
	free(parent->driver);
	free(parent->syspath);
	*parent = (struct vgpu_parent){ 0 };
}
