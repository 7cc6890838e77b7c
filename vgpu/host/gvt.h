/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_GVT_H
#define VGPU_GVT_H

#include <stdbool.h>
#include <stdint.h>

enum vgpu_gvt_support {
	VGPU_GVT_UNKNOWN, /* not a processor that this program knows */
	VGPU_GVT_SUPPORTED,
	VGPU_GVT_TOO_OLD,   /* before Broadwell */
	VGPU_GVT_NEVER,	    /* of a generation with GVT-g, but left out */
	VGPU_GVT_TOO_NEW,   /* from Ice Lake on, without SR-IOV */
	VGPU_GVT_HAS_SRIOV, /* has SR-IOV instead */
};

struct vgpu_gvt_model {
	const char *generation; /* "Kaby Lake"; NULL if unknown */
	enum vgpu_gvt_support support;
};

/*
 * What the PCI device id of an Intel graphics processor says (i915/intel_gvt.c,
 * is_supported_device).
 */
struct vgpu_gvt_model vgpu_gvt_identify(uint16_t device);

/* True if GVT-g exists for Intel's PCI device id. */
bool vgpu_gvt_supports(uint16_t device);

/* True for the id of a type that i915 makes: "i915-GVTg_V5_4" (i915/gvt/vgpu.c). */
bool vgpu_gvt_makes_type(const char *id);

/* A type as i915 makes it, the smallest first. */
struct vgpu_gvt_type {
	const char *suffix; /* after i915-GVTg_V4 or i915-GVTg_V5 */
	long low_mb;	    /* of the aperture */
	long high_mb;
	const char *resolution;
};

#define VGPU_GVT_TYPES 4
extern const struct vgpu_gvt_type vgpu_gvt_types[VGPU_GVT_TYPES];

/* What all vGPUs of a graphics processor share: the part that the host does not keep. */
struct vgpu_gvt_room {
	long low_mb;
	long high_mb;
	long fences;
	long ids; /* how many vGPUs at most */
};

struct vgpu_gvt_room vgpu_gvt_room(long aperture_mb);

#endif
