/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_HOLDER_H
#define VGPU_HOLDER_H

#include "vgpu/host.h"

/*
 * Makes sure that no program uses the vGPU, and that none can start to until
 * *held (-1 if VFIO gives it no group) is closed by the caller. Fails with
 * EBUSY and names the program if there is one.
 */
int vgpu_holder_exclude(const struct vgpu_device *device, int *held, struct base_error *err);

#endif
