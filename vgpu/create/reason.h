/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_REASON_H
#define VGPU_REASON_H

#include "vgpu/base/error.h"
#include "vgpu/host/host.h"

/*
 * Why this machine has no parent and what to do, in one line, as `vgpu doctor`
 * decides it. Owned by the caller; NULL with err set if it cannot be told.
 */
char *vgpu_reason_no_parent(struct base_error *err);

/* Why the parent offers no types; owned by the caller, NULL without memory. */
char *vgpu_reason_no_types(const struct vgpu_parent *parent);

#endif
