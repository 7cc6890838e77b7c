/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/vgpus/remove.h"

#include <errno.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/text.h"
#include "vgpu/host/holder.h"

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
 * The vGPU is held until the kernel has removed it, because i915 would also remove
 * one that a virtual machine opens after the check.
 */
int vgpu_remove(const struct vgpu_device *device, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	BASE_AUTO(fd) int held = -1;

	if (vgpu_holder_exclude(device, &held, err) < 0)
		return -1;
	if (vgpu_device_set(device->syspath, "remove", "1", &why) < 0)
		return explain_remove(why.errnum, device, err);
	return 0;
}

int vgpu_remove_made(const struct vgpu_parent *parent, const char *uuid, struct base_error *err)
{
	BASE_AUTO(free) char *syspath = base_text_format("%s/%s", parent->syspath, uuid);

	if (syspath == NULL)
		return base_error_no_memory(err, "cannot remove a vGPU");
	return vgpu_device_set(syspath, "remove", "1", err);
}
