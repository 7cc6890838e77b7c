/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_SHORTAGE_H
#define VGPU_SHORTAGE_H

#include "vgpu/create/placement.h"

/*
 * Says why the parent of the placement has no room for one more of its type (NULL:
 * for any at all): what is short and by how much, who holds it, and what can be
 * done. Replaces err, with errnum ENOSPC; returns -1.
 */
int vgpu_shortage_explain(const struct vgpu_host *host, const struct vgpu_placement *placement,
			  struct base_error *err);

#endif
