/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_PLACEMENT_H
#define VGPU_PLACEMENT_H

#include <stdbool.h>

#include "vgpu/host/host.h"

/* Where a new vGPU goes. The host owns what this points to. */
struct vgpu_placement {
	const struct vgpu_parent *parent;
	const struct vgpu_type *type;
	bool took_largest; /* nobody asked for this type */
};

/*
 * Decides on a parent and a type; either may be NULL for "what fits best": the
 * first parent with room that has graphics types, and the largest of its types that
 * still fits. If no type is known to be for graphics, the parent must be named
 * unless there is only one. If err->errnum is ENOSPC, the placement is the parent
 * and type that have no room; the type is NULL if none fits.
 */
int vgpu_placement_find(const struct vgpu_host *host, const char *parent, const char *type,
			struct vgpu_placement *placement, struct base_error *err);

/*
 * Changes a placement that took the largest type to the next smaller type on its
 * parent, because the kernel can have less room than it counts. False, and nothing
 * changes, if somebody asked for its type or nothing smaller fits.
 */
bool vgpu_placement_shrink(struct vgpu_placement *placement);

/* 0 if the parent has the type, else -1 and an error that names those it has. */
int vgpu_placement_check_type(const struct vgpu_parent *parent, const char *type,
			      struct base_error *err);

#endif
