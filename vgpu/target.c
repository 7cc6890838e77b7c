/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/host.h"
#include "vgpu/store.h"
#include "vgpu/udev.h"

static int copy(char **to, const char *from, struct base_error *err)
{
	if (from == NULL)
		return 0;
	*to = strdup(from);
	return *to != NULL ? 0 : base_error_errno(err, ENOMEM, "cannot look at the vGPU");
}

static int take_first_node(struct vgpu_target *target, struct udev *udev,
			   struct udev_enumerate *list, struct base_error *err)
{
	struct udev_list_entry *entry;

	udev_list_entry_foreach (entry, udev_enumerate_get_list_entry(list)) {
		BASE_AUTO(udev_device) struct udev_device *node = NULL;

		node = udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
		if (node != NULL && udev_device_get_devnode(node) != NULL)
			return copy(&target->rendernode, udev_device_get_devnode(node), err);
	}
	return 0;
}

/* The DRM devices below the GPU are its own, whatever their numbers. */
static int read_rendernode(struct vgpu_target *target, const char *syspath, struct base_error *err)
{
	BASE_AUTO(udev) struct udev *udev = udev_new();
	BASE_AUTO(udev_device) struct udev_device *parent = NULL;
	BASE_AUTO(udev_enumerate) struct udev_enumerate *list = NULL;

	if (udev != NULL)
		parent = udev_device_new_from_syspath(udev, syspath);
	if (parent != NULL)
		list = udev_enumerate_new(udev);
	if (list == NULL || udev_enumerate_add_match_parent(list, parent) < 0 ||
	    udev_enumerate_add_match_subsystem(list, "drm") < 0 ||
	    udev_enumerate_add_match_sysname(list, "renderD*") < 0 ||
	    udev_enumerate_scan_devices(list) < 0)
		return base_error_set(err, BASE_FAILED, "cannot look for the render node of %s",
				      syspath);
	return take_first_node(target, udev, list, err);
}

/* A parent that is not there now, as before its driver is loaded, tells nothing. */
static int read_parent(struct vgpu_target *target, const struct vgpu_host *host, const char *name,
		       const char *type_id, struct base_error *err)
{
	const struct vgpu_parent *parent = vgpu_host_find_parent(host, name);
	const struct vgpu_type *type;

	target->is_known = true;
	if (parent == NULL)
		return 0;
	type = vgpu_parent_find_type(parent, type_id);
	if (type != NULL && copy(&target->api, type->device_api, err) < 0)
		return -1;
	return read_rendernode(target, parent->syspath, err);
}

int vgpu_target_read(struct vgpu_target *target, const char *uuid, const char *config_dir,
		     struct base_error *err)
{
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	const struct vgpu_definition *definition;
	const struct vgpu_device *device;
	size_t index = 0;

	if (vgpu_host_init(&host, err) < 0)
		return -1;
	device = vgpu_host_find_device(&host, uuid);
	if (device != NULL)
		return read_parent(target, &host, device->parent, device->type, err);
	if (vgpu_store_init(&store, config_dir, err) < 0)
		return -1;
	definition = vgpu_store_find(&store, uuid, &index);
	if (definition == NULL)
		return 0;
	return read_parent(target, &host, definition->parent, definition->type, err);
}

void vgpu_target_finish(struct vgpu_target *target)
{
	if (target == NULL)
		return;
	free(target->api);
	free(target->rendernode);
	*target = (struct vgpu_target){ 0 };
}
