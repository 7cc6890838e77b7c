/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_FORGET_H
#define VGPU_FORGET_H

#include "vgpu/store/store.h"

/*
 * Removes all definitions of a vGPU, usable or broken, on whichever parents.
 * *removed says how many there were; that there are none is no error.
 */
int vgpu_forget(const struct vgpu_store *store, const char *uuid, size_t *removed,
		struct base_error *err);

#endif
