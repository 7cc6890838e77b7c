/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/host/parent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/array.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/dir.h"
#include "vgpu/base/name.h"
#include "vgpu/base/text.h"
#include "vgpu/host/sysfs.h"
#include "vgpu/host/udev.h"

#define CLASS_PATH "/sys/class/mdev_bus"
#define TYPES	   "mdev_supported_types"
#define BUS_PATH   "/sys/bus/mdev" /* of the vGPUs; it exists while the module mdev is loaded */

#define FAILURE "cannot list the parents of vGPUs"

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
		return base_error_no_memory(err, FAILURE);
	parent->types = types;
	if (vgpu_type_init(&types[parent->type_count], types_fd, id, err) < 0)
		return -1;
	parent->active += types[parent->type_count++].active;
	return 0;
}

/* A type that vanishes while it is read is not an error: its driver is being unloaded. */
static int read_types(struct vgpu_parent *parent, struct base_error *err)
{
	BASE_AUTO(free) char *path = base_text_join_path(parent->syspath, TYPES);
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;
	const char *id;

	if (path == NULL)
		return base_error_no_memory(err, FAILURE);
	if (base_dir_open(&dir, AT_FDCWD, path) < 0)
		return errno == ENOENT ? 0 : base_error_errno(err, errno, "cannot open %s", path);
	while ((id = base_dir_next(&dir)) != NULL) {
		BASE_AUTO(base_error) struct base_error why = { 0 };

		if (!base_name_is_component(id))
			continue;
		if (add_type(parent, dir.fd, id, &why) < 0 && why.errnum == ENOMEM)
			return base_error_no_memory(err, FAILURE);
	}
	if (errno != 0)
		return base_error_errno(err, errno, "cannot read %s", path);
	if (parent->type_count > 0)
		qsort(parent->types, parent->type_count, sizeof(*parent->types), compare_types);
	return 0;
}

/* "" (the parent has no driver, or is gone) becomes NULL. */
static int read_driver(struct vgpu_parent *parent, struct base_error *err)
{
	BASE_AUTO(free) char *path = base_text_join_path(parent->syspath, "driver");

	if (path == NULL)
		return base_error_no_memory(err, FAILURE);
	parent->driver = vgpu_sysfs_read_link_name(AT_FDCWD, path);
	if (parent->driver == NULL)
		return base_error_errno(err, errno, "cannot read %s", path);
	if (*parent->driver == '\0') {
		free(parent->driver);
		parent->driver = NULL;
	}
	return 0;
}

static int init_parent(struct vgpu_parent *parent, const char *name, const char *syspath,
		       struct base_error *err)
{
	*parent = (struct vgpu_parent){ .name = strdup(name), .syspath = strdup(syspath) };
	if (parent->name == NULL || parent->syspath == NULL)
		base_error_no_memory(err, FAILURE);
	else if (read_driver(parent, err) == 0 && read_types(parent, err) == 0)
		return 0;
	vgpu_parent_finish(parent);
	return -1;
}

static int add_parent(struct vgpu_parents *parents, const char *name, const char *syspath,
		      struct base_error *err)
{
	struct vgpu_parent *items =
		vgpu_array_grow(parents->items, parents->count, sizeof(*parents->items));

	if (items == NULL)
		return base_error_no_memory(err, FAILURE);
	parents->items = items;
	if (init_parent(&items[parents->count], name, syspath, err) < 0)
		return -1;
	parents->count++;
	return 0;
}

static int gather_class(struct vgpu_parents *parents, struct base_dir *dir, struct base_error *err)
{
	const char *name;

	while ((name = base_dir_next(dir)) != NULL) {
		BASE_AUTO(free) char *syspath = NULL;

		if (!base_name_is_component(name))
			continue;
		syspath = vgpu_sysfs_read_device(dir->fd, name);
		if (syspath == NULL)
			return base_error_errno(err, errno, "cannot read " CLASS_PATH "/%s", name);
		if (*syspath != '\0' && add_parent(parents, name, syspath, err) < 0)
			return -1;
	}
	return errno == 0 ? 0 : base_error_errno(err, errno, "cannot read " CLASS_PATH);
}

static bool has_types(const char *syspath)
{
	BASE_AUTO(free) char *path = base_text_join_path(syspath, TYPES);

	return path != NULL && access(path, F_OK) == 0;
}

static int gather_all(struct vgpu_parents *parents, struct base_error *err)
{
	BASE_AUTO(udev) struct udev *udev = udev_new();
	BASE_AUTO(udev_enumerate) struct udev_enumerate *all = NULL;
	struct udev_list_entry *entry;

	if (udev != NULL)
		all = udev_enumerate_new(udev);
	if (all == NULL)
		return base_error_no_memory(err, FAILURE);
	udev_enumerate_scan_devices(all);
	udev_list_entry_foreach (entry, udev_enumerate_get_list_entry(all)) {
		const char *syspath = udev_list_entry_get_name(entry);
		const char *name = strrchr(syspath, '/');

		if (name != NULL && base_name_is_component(name + 1) && has_types(syspath) &&
		    add_parent(parents, name + 1, syspath, err) < 0)
			return -1;
	}
	return 0;
}

/* Looking at all devices takes time, so it is done only if there can be something to find. */
static int gather_parents(struct vgpu_parents *parents, struct base_error *err)
{
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;

	if (base_dir_open(&dir, AT_FDCWD, CLASS_PATH) == 0)
		return gather_class(parents, &dir, err);
	if (errno != ENOENT)
		return base_error_errno(err, errno, "cannot open " CLASS_PATH);
	return access(BUS_PATH, F_OK) == 0 ? gather_all(parents, err) : 0;
}

static int compare_parents(const void *a, const void *b)
{
	const struct vgpu_parent *left = a, *right = b;

	return strverscmp(left->name, right->name);
}

int vgpu_parents_gather(struct vgpu_parents *parents, struct base_error *err)
{
	int status = gather_parents(parents, err);

	if (parents->count > 0)
		qsort(parents->items, parents->count, sizeof(*parents->items), compare_parents);
	return status;
}

const struct vgpu_type *vgpu_parent_find_type(const struct vgpu_parent *parent, const char *id)
{
	for (size_t i = 0; i < parent->type_count; i++) {
		if (strcmp(parent->types[i].id, id) == 0)
			return &parent->types[i];
	}
	return NULL;
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
