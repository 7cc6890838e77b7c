/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_REMOVE_H
#define VGPU_REMOVE_H

#include "vgpu/base/error.h"
#include "vgpu/host/device.h"
#include "vgpu/host/parent.h"

/*
 * Removes a vGPU from the kernel, unless a program holds it: then err->errnum is
 * EBUSY, and the message names the program. Its definition stays.
 */
int vgpu_remove(const struct vgpu_device *device, struct base_error *err);

/* Removes the vGPU `uuid` that this program has just made, so that nobody can hold it yet. */
int vgpu_remove_made(const struct vgpu_parent *parent, const char *uuid, struct base_error *err);

#endif
