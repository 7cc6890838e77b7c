/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_MAKE_H
#define VGPU_MAKE_H

#include "vgpu/host/device.h"
#include "vgpu/host/parent.h"
#include "vgpu/store/definition.h"

/*
 * Makes the vGPU that a definition describes on its parent and sets its attributes.
 * On failure nothing is left behind. err->errnum is the kernel's answer, and the
 * message says what is short and what to do: EEXIST the UUID is in use on any
 * parent, ENOSPC the parent is full, EACCES not root. It is 0 if an attribute could
 * not be set.
 */
int vgpu_make(const struct vgpu_parent *parent, const struct vgpu_definition *definition,
	      struct base_error *err);

/*
 * Writes the attributes of an existing vGPU that differ from its definition, for
 * example because its maker was killed. A vGPU in use is left alone.
 */
int vgpu_make_complete(const struct vgpu_device *device, const struct vgpu_definition *definition,
		       struct base_error *err);

/*
 * Returns 0 if the active vGPU has this parent and type (NULL: any), else -1 and an
 * error that names what has the UUID.
 */
int vgpu_make_check(const struct vgpu_device *device, const char *parent, const char *type,
		    struct base_error *err);

#endif
