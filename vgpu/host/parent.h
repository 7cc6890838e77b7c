/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_PARENT_H
#define VGPU_PARENT_H

#include <stddef.h>

#include "vgpu/base/error.h"
#include "vgpu/host/type.h"

/* A device whose driver makes vGPUs. All texts are owned. */
struct vgpu_parent {
	char *name;    /* the kernel's name: a PCI address for a GPU */
	char *driver;  /* NULL for a device without one */
	char *syspath; /* below /sys/devices */
	struct vgpu_type *types;
	size_t type_count;
	size_t active; /* how many vGPUs it has made, including those without a type */
};

struct vgpu_parents {
	struct vgpu_parent *items;
	size_t count;
};

/*
 * Finds the devices that make vGPUs: those linked in /sys/class/mdev_bus, or,
 * on a kernel without that class, all that have mdev_supported_types.
 */
int vgpu_parents_gather(struct vgpu_parents *parents, struct base_error *err);

/* The parent's type with this id, which the parent owns; NULL if it has none. */
const struct vgpu_type *vgpu_parent_find_type(const struct vgpu_parent *parent, const char *id);

/* Takes NULL and a zeroed parent. */
void vgpu_parent_finish(struct vgpu_parent *parent);

#endif
