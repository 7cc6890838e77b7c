/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_BUDGET_H
#define VGPU_BUDGET_H

#include "vgpu/host/gvt.h"
#include "vgpu/host/parent.h"

/* What the vGPUs of a GVT-g parent share, and what is left of it. */
struct vgpu_budget {
	long aperture_mb; /* with the host's part */
	struct vgpu_gvt_room total;
	struct vgpu_gvt_room free;
};

/*
 * Works it out from the aperture and how many vGPUs each type has, as i915 does.
 * False if that is not how this parent works: another driver, an unknown
 * aperture or type, or numbers that contradict the driver's own.
 */
bool vgpu_budget_init(struct vgpu_budget *budget, const struct vgpu_parent *parent);

/* The same from an aperture that is known. */
bool vgpu_budget_work_out(struct vgpu_budget *budget, const struct vgpu_parent *parent,
			  long aperture_mb);

/*
 * What is short for one more of the type, by how much: "64 MB of aperture (needs
 * 128 MB, 64 of 384 MB are free)", several joined by " and ". "" if nothing is;
 * owned by the caller, NULL without memory.
 */
char *vgpu_budget_describe(const struct vgpu_budget *budget, const struct vgpu_type *type);

/* How many of the type fit while there is no other; -1 if it does not say what it takes. */
long vgpu_budget_maximum(const struct vgpu_budget *budget, const struct vgpu_type *type);

/* True if a larger aperture would help: it alone is short. */
bool vgpu_budget_is_low_short(const struct vgpu_budget *budget, const struct vgpu_type *type);

#endif
