/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_HOST_H
#define VGPU_HOST_H

#include <stddef.h>

#include "vgpu/base/error.h"
#include "vgpu/host/device.h"
#include "vgpu/host/parent.h"

/* What this machine has, as the kernel showed it when it was gathered. */
struct vgpu_host {
	struct vgpu_parent *parents; /* ordered by name */
	size_t parent_count;
	struct vgpu_device *devices; /* ordered by parent, then UUID */
	size_t device_count;
};

/* Asks the kernel through sysfs. */
int vgpu_host_init(struct vgpu_host *host, struct base_error *err);

/*
 * The same, but the vGPUs are only counted, so that it hardly matters how many
 * there are. They are read all the same if the types do not count all of them.
 */
int vgpu_host_init_types(struct vgpu_host *host, struct base_error *err);

/* The same without the parents, which is quick. */
int vgpu_host_init_devices(struct vgpu_host *host, struct base_error *err);

/* Both return NULL if there is no such thing; the host owns what they return. */
const struct vgpu_parent *vgpu_host_find_parent(const struct vgpu_host *host, const char *name);
const struct vgpu_device *vgpu_host_find_device(const struct vgpu_host *host, const char *uuid);

/* Takes NULL and a zeroed host. */
void vgpu_host_finish(struct vgpu_host *host);

BASE_DEFINE_CLEANUP(vgpu_host, struct vgpu_host, vgpu_host_finish)

#endif
