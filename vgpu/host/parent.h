/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_PARENT_H
#define VGPU_PARENT_H

#include "vgpu/host/host.h"

struct vgpu_parents {
	struct vgpu_parent *items;
	size_t count;
};

/*
 * Finds the devices that make vGPUs: those linked in /sys/class/mdev_bus, or,
 * on a kernel without that class, all that have mdev_supported_types.
 */
int vgpu_parents_gather(struct vgpu_parents *parents, struct base_error *err);

/* Takes NULL and a zeroed parent. */
void vgpu_parent_finish(struct vgpu_parent *parent);

#endif
