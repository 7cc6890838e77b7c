/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_BUDGET_H
#define VGPU_BUDGET_H

#include "vgpu/host/gvt.h"
#include "vgpu/host/parent.h"

/* What the vGPUs of a GVT-g parent share, and what is left of it. */
struct vgpu_budget {
	long aperture_mb; /* including the host's part */
	struct vgpu_gvt_room total;
	struct vgpu_gvt_room free;
};

/*
 * Calculates it from the aperture and the number of vGPUs of each type, as i915
 * does. False if this parent does not work like that: another driver, an unknown
 * aperture or type, or numbers that contradict the driver's own.
 */
bool vgpu_budget_init(struct vgpu_budget *budget, const struct vgpu_parent *parent);

/* The same, with a known size of the aperture. */
bool vgpu_budget_work_out(struct vgpu_budget *budget, const struct vgpu_parent *parent,
			  long aperture_mb);

/*
 * What another vGPU of the type lacks, and how much of it: "64 MB of aperture
 * (needs 128 MB, 64 of 384 MB are free)", several joined by " and ". "" if nothing
 * is short; owned by the caller, NULL without memory.
 */
char *vgpu_budget_describe(const struct vgpu_budget *budget, const struct vgpu_type *type);

/* How many of the type fit if there is no other vGPU; -1 if it does not say what it needs. */
long vgpu_budget_maximum(const struct vgpu_budget *budget, const struct vgpu_type *type);

/* True if a larger aperture would help, because only the aperture is short. */
bool vgpu_budget_is_low_short(const struct vgpu_budget *budget, const struct vgpu_type *type);

#endif
