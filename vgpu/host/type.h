/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_TYPE_H
#define VGPU_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "vgpu/base/error.h"

/*
 * A kind of vGPU that a parent can make: a directory below its
 * mdev_supported_types. Texts are owned, printable ASCII, and NULL if the driver
 * does not state them; numbers are -1 then.
 */
struct vgpu_type {
	char *id; /* the directory's name, e.g. i915-GVTg_V5_4 */
	char *name;
	char *description; /* as the driver wrote it; may have several lines */
	char *device_api;
	long available; /* how many more can be made now */
	long maximum;	/* how many fit if the parent makes nothing else */
	size_t active;	/* how many there are now, by the links to them */

	/* What i915's description says (drivers/gpu/drm/i915/gvt/kvmgt.c). */
	long low_mb;  /* graphics memory inside the aperture */
	long high_mb; /* graphics memory above it */
	long fences;
	long weight; /* share of the processor's time */
	char *resolution;
};

/*
 * Reads the type `id` below the directory types_fd (mdev_supported_types).
 * Attributes that are missing or make no sense are left unknown.
 */
int vgpu_type_init(struct vgpu_type *type, int types_fd, const char *id, struct base_error *err);

/* Parses a description; what it does not state stays as it is. */
int vgpu_type_describe(struct vgpu_type *type, const char *description, struct base_error *err);

/* True for a type that the driver describes with a screen resolution. */
bool vgpu_type_is_graphics(const struct vgpu_type *type);

/* The device_api of a vGPU (VFIO_DEVICE_API_PCI_STRING in the kernel's vfio.h). */
#define VGPU_TYPE_PCI_API "vfio-pci"

/* True for a type whose vGPUs are PCI devices in a virtual machine. */
bool vgpu_type_is_pci(const struct vgpu_type *type);

/*
 * Orders types by how much of the parent they take, the largest first: below zero
 * if `a` is larger than `b`.
 */
int vgpu_type_compare(const struct vgpu_type *a, const struct vgpu_type *b);

/* What the type provides, in one line for people: owned by the caller, NULL without memory. */
char *vgpu_type_summarise(const struct vgpu_type *type);

/* True if the driver says that one more can be made, or does not say. */
bool vgpu_type_may_fit(const struct vgpu_type *type);

/* Takes NULL and a zeroed type. */
void vgpu_type_finish(struct vgpu_type *type);

#endif
