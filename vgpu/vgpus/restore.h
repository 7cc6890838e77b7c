/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_RESTORE_H
#define VGPU_RESTORE_H

#include "vgpu/host/host.h"
#include "vgpu/store/definition.h"

/*
 * Makes the vGPU that a definition describes, unless it exists. Returns 1 if it was
 * made, 0 if it existed, or -1. An existing vGPU gets the attributes that it lacks,
 * unless it is in use. mdevctl and libvirt, which do not take our lock, may make
 * the same vGPU at the same time: this waits for it, and it counts as existing.
 * err->errnum is ENODEV if the parent makes no vGPUs now.
 */
int vgpu_restore_one(const struct vgpu_host *host, const struct vgpu_definition *definition,
		     struct base_error *err);

#endif
