/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_FORGET_H
#define VGPU_FORGET_H

#include "vgpu/store/store.h"

/*
 * Removes all definitions of a vGPU, usable or broken, on any parent. *removed is
 * their number; it is not an error if there are none.
 */
int vgpu_forget(const struct vgpu_store *store, const char *uuid, size_t *removed,
		struct base_error *err);

#endif
