/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libudev.h>

BASE_DEFINE_CLEANUP_PTR(udev, struct udev, udev_unref)
BASE_DEFINE_CLEANUP_PTR(udev_device, struct udev_device, udev_device_unref)
BASE_DEFINE_CLEANUP_PTR(udev_enumerate, struct udev_enumerate, udev_enumerate_unref)

static int copy(char **to, const char *from, struct base_error *err)
{
	if (from == NULL)
		return 0;
	*to = strdup(from);
	return *to != NULL ? 0 : base_error_errno(err, ENOMEM, "cannot look at the vGPU");
}

/* The DRM devices below the GPU are its own, whatever their numbers. */
static int read_rendernode(struct vgpu_target *target, struct udev_device *parent,
			   struct base_error *err)
{
	BASE_AUTO(udev_enumerate)
	struct udev_enumerate *list = udev_enumerate_new(udev_device_get_udev(parent));
	struct udev_list_entry *entry;

	if (list == NULL || udev_enumerate_add_match_parent(list, parent) < 0 ||
	    udev_enumerate_add_match_subsystem(list, "drm") < 0 ||
	    udev_enumerate_add_match_sysname(list, "renderD*") < 0 ||
	    udev_enumerate_scan_devices(list) < 0)
		return base_error_set(err, BASE_FAILED, "cannot look for the render node of %s",
				      udev_device_get_sysname(parent));
	udev_list_entry_foreach (entry, udev_enumerate_get_list_entry(list)) {
		BASE_AUTO(udev_device)
		struct udev_device *node = udev_device_new_from_syspath(
			udev_device_get_udev(parent), udev_list_entry_get_name(entry));

		if (node != NULL && udev_device_get_devnode(node) != NULL)
			return copy(&target->rendernode, udev_device_get_devnode(node), err);
	}
	return 0;
}

static int read_active(struct vgpu_target *target, struct udev_device *mdev, struct base_error *err)
{
	struct udev_device *parent = udev_device_get_parent(mdev);

	target->is_known = true;
	if (copy(&target->api, udev_device_get_sysattr_value(mdev, "mdev_type/device_api"), err) <
	    0)
		return -1;
	return parent == NULL ? 0 : read_rendernode(target, parent, err);
}

int vgpu_target_read(struct vgpu_target *target, const char *uuid, struct base_error *err)
{
	BASE_AUTO(udev) struct udev *udev = udev_new();
	BASE_AUTO(udev_device) struct udev_device *mdev = NULL;

	if (udev == NULL)
		return base_error_errno(err, ENOMEM, "cannot use udev");
	mdev = udev_device_new_from_subsystem_sysname(udev, "mdev", uuid);
	return mdev == NULL ? 0 : read_active(target, mdev, err);
}

void vgpu_target_finish(struct vgpu_target *target)
{
	if (target == NULL)
		return;
	free(target->api);
	free(target->rendernode);
	*target = (struct vgpu_target){ 0 };
}
