/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_CHOOSE_H
#define VGPU_CHOOSE_H

#include <stdbool.h>

#include "vgpu/host.h"

/* Where a new vGPU goes. The host owns what this points to. */
struct vgpu_choice {
	const struct vgpu_parent *parent;
	const struct vgpu_type *type;
	bool took_largest; /* nobody asked for this type */
};

/*
 * Decides on a parent and a type; either may be NULL for "what fits best": the
 * first parent with room that has graphics types, and the largest of its types
 * that still fits. Where no type is known to be for graphics, the parent must
 * be named unless there is only one.
 */
int vgpu_choose(const struct vgpu_host *host, const char *parent, const char *type,
		struct vgpu_choice *choice, struct base_error *err);

#endif
