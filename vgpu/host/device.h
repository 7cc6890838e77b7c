/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_DEVICE_H
#define VGPU_DEVICE_H

#include <stdbool.h>

#include "vgpu/host/host.h"

struct vgpu_devices {
	struct vgpu_device *items;
	size_t count;
};

/* Lists the vGPUs that exist in the kernel (bus mdev). */
int vgpu_devices_gather(struct vgpu_devices *devices, struct base_error *err);

/* How many that are, without a look at each. */
int vgpu_devices_count(size_t *count, struct base_error *err);

/* Reads the vGPU with this UUID; err->errnum is ENOENT if there is none. */
int vgpu_device_init(struct vgpu_device *device, const char *uuid, struct base_error *err);

/* False while the kernel has not linked it to its type, as in its first moments. */
bool vgpu_device_has_type(const struct vgpu_device *device);

/*
 * Makes a vGPU. err->errnum is the kernel's answer, the message says what is
 * short and what to do: EEXIST the UUID is in use on any parent, ENOSPC the
 * parent is full, EACCES not root.
 */
int vgpu_device_create(const struct vgpu_parent *parent, const char *type, const char *uuid,
		       struct base_error *err);

/* Unmakes the vGPU `uuid` that vgpu_device_create has just made. */
int vgpu_device_undo(const struct vgpu_parent *parent, const char *uuid, struct base_error *err);

/* Removes a vGPU, unless a program holds it (the message names it). */
int vgpu_device_remove(const struct vgpu_device *device, struct base_error *err);

/* Writes an attribute below the vGPU's directory, as a definition asks for. */
int vgpu_device_set(const char *syspath, const char *attribute, const char *value,
		    struct base_error *err);

/* Takes NULL and a zeroed device. */
void vgpu_device_finish(struct vgpu_device *device);

BASE_DEFINE_CLEANUP(vgpu_device, struct vgpu_device, vgpu_device_finish)

#endif
