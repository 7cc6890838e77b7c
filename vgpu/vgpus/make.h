/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_MAKE_H
#define VGPU_MAKE_H

#include "vgpu/host/device.h"
#include "vgpu/host/parent.h"
#include "vgpu/store/definition.h"

/*
 * Makes the vGPU that a definition describes on its parent and sets its
 * attributes. On failure nothing is left behind. err->errnum is the kernel's
 * answer, and the message says what is short and what to do: EEXIST the UUID is in
 * use on any parent, ENOSPC the parent is full, EACCES not root. It is 0 if it is
 * an attribute that failed.
 */
int vgpu_make(const struct vgpu_parent *parent, const struct vgpu_definition *definition,
	      struct base_error *err);

/*
 * Writes those attributes of a vGPU that is there which read differently from what
 * the definition says, as when its maker was killed. One in use is left alone.
 */
int vgpu_make_complete(const struct vgpu_device *device, const struct vgpu_definition *definition,
		       struct base_error *err);

/*
 * 0 if the active vGPU is what parent and type say (NULL: any will do), else -1
 * and an error that names what has the UUID.
 */
int vgpu_make_check(const struct vgpu_device *device, const char *parent, const char *type,
		    struct base_error *err);

#endif
