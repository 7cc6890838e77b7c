/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_DEVICE_H
#define VGPU_DEVICE_H

#include <stdbool.h>

#include <stddef.h>

#include "vgpu/base/error.h"
#include "vgpu/base/name.h"

/* A vGPU that exists in the kernel. All texts are owned. */
struct vgpu_device {
	char uuid[BASE_UUID_SIZE];
	char *parent;  /* its name */
	char *type;    /* the type's id; "?" if the kernel does not say */
	char *syspath; /* below /sys/devices */
};

struct vgpu_devices {
	struct vgpu_device *items;
	size_t count;
};

/* Lists the vGPUs that exist in the kernel (bus mdev). */
int vgpu_devices_gather(struct vgpu_devices *devices, struct base_error *err);

/* Counts them without reading each. */
int vgpu_devices_count(size_t *count, struct base_error *err);

/* Reads the vGPU with this UUID; err->errnum is ENOENT if there is none. */
int vgpu_device_init(struct vgpu_device *device, const char *uuid, struct base_error *err);

/* False while the kernel has not linked it to its type, for example just after it was made. */
bool vgpu_device_has_type(const struct vgpu_device *device);

/* Writes an attribute below a vGPU's directory; err->errnum is the kernel's answer. */
int vgpu_device_set(const char *syspath, const char *attribute, const char *value,
		    struct base_error *err);

/* Takes NULL and a zeroed device. */
void vgpu_device_finish(struct vgpu_device *device);

BASE_DEFINE_CLEANUP(vgpu_device, struct vgpu_device, vgpu_device_finish)

#endif
