/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_RESTORE_H
#define VGPU_RESTORE_H

#include "vgpu/host/host.h"
#include "vgpu/store/definition.h"

/*
 * Makes the vGPU that a definition describes unless it is there: 1 made, 0 there
 * already, or -1. What is there gets the attributes that it lacks, unless it is in
 * use. mdevctl or libvirt, which take no lock of ours, may make the
 * same at the same time: that is waited for and counts as there. err->errnum is
 * ENODEV if the parent makes no vGPUs now.
 */
int vgpu_restore_one(const struct vgpu_host *host, const struct vgpu_definition *definition,
		     struct base_error *err);

#endif
