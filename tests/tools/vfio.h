/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_VFIO_H
#define TOOLS_VFIO_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/error.h"
#include "vgpu/base/file.h"

/* A mediated device, opened as QEMU does it but for the guest's memory. */

struct vfio {
	int container, group, device;
};

#define VFIO_CLOSED                                                                                \
	{                                                                                          \
		-1, -1, -1                                                                         \
	}

static inline void vfio_close(struct vfio *vfio)
{
	base_cleanup_fd(&vfio->device);
	base_cleanup_fd(&vfio->group);
	base_cleanup_fd(&vfio->container);
}

BASE_DEFINE_CLEANUP(vfio, struct vfio, vfio_close)

static inline int vfio_open_group(const char *uuid, struct base_error *err)
{
	char link[PATH_MAX], target[PATH_MAX], path[PATH_MAX];
	ssize_t length;
	int group;

	snprintf(link, sizeof(link), "/sys/bus/mdev/devices/%s/iommu_group", uuid);
	length = readlink(link, target, sizeof(target) - 1);
	if (length < 0)
		return base_error_errno(err, errno, "no mediated device %s", uuid);
	target[length] = '\0';
	snprintf(path, sizeof(path), "/dev/vfio/%s", strrchr(target, '/') + 1);
	group = open(path, O_RDWR | O_CLOEXEC);
	if (group < 0)
		return base_error_errno(err, errno, "cannot open %s", path);
	return group;
}

static inline int vfio_open_device(struct vfio *vfio, const char *uuid, struct base_error *err)
{
	vfio->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (vfio->container < 0)
		return base_error_errno(err, errno, "cannot open /dev/vfio/vfio");
	vfio->group = vfio_open_group(uuid, err);
	if (vfio->group < 0)
		return -1;
	if (ioctl(vfio->group, VFIO_GROUP_SET_CONTAINER, &vfio->container) < 0 ||
	    ioctl(vfio->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0)
		return base_error_errno(err, errno, "cannot set up the IOMMU of %s", uuid);
	vfio->device = ioctl(vfio->group, VFIO_GROUP_GET_DEVICE_FD, uuid);
	if (vfio->device < 0)
		return base_error_errno(err, errno, "cannot open the device %s", uuid);
	return 0;
}

/* On failure err->errnum is the kernel's answer, and nothing stays open. */
static inline int vfio_open(struct vfio *vfio, const char *uuid, struct base_error *err)
{
	*vfio = (struct vfio)VFIO_CLOSED;
	if (vfio_open_device(vfio, uuid, err) == 0)
		return 0;
	vfio_close(vfio);
	return -1;
}

/* The plane as it is now; width 0: nothing to show. -errno on failure. */
static inline int vfio_query_plane(const struct vfio *vfio, __u32 type,
				   struct vfio_device_gfx_plane_info *plane)
{
	*plane = (struct vfio_device_gfx_plane_info){
		.argsz = sizeof(*plane),
		.flags = VFIO_GFX_PLANE_TYPE_DMABUF,
		.drm_plane_type = type,
	};
	return ioctl(vfio->device, VFIO_DEVICE_QUERY_GFX_PLANE, plane) < 0 ? -errno : 0;
}

/* A new dma-buf, or -errno. */
static inline int vfio_get_dmabuf(const struct vfio *vfio, __u32 id)
{
	int fd = ioctl(vfio->device, VFIO_DEVICE_GET_GFX_DMABUF, &id);

	return fd < 0 ? -errno : fd;
}

/* Writes to an attribute in the mdev device's gvtsim directory. */
static inline int vfio_set(const char *uuid, const char *attribute, const char *value,
			   struct base_error *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/gvtsim/%s", uuid, attribute);
	return base_file_write_attribute(path, value, err);
}

#endif
