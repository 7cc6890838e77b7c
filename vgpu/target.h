/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_TARGET_H
#define VGPU_TARGET_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/* What attaching a vGPU has to know of it. */
struct vgpu_target {
	bool is_known;	  /* it is active or defined on this host */
	char *api;	  /* owned; its type's device_api; NULL: not to be had now */
	char *rendernode; /* owned; its parent's /dev/dri/renderD*; NULL: it has none */
};

/*
 * Asks the kernel, then the definitions in config_dir (as vgpu_store_init). A vGPU
 * that is not known is no error; 0 or -1. Finish it either way.
 */
int vgpu_target_read(struct vgpu_target *target, const char *uuid, const char *config_dir,
		     struct base_error *err);

/* Takes NULL and a zeroed target. */
void vgpu_target_finish(struct vgpu_target *target);

BASE_DEFINE_CLEANUP(vgpu_target, struct vgpu_target, vgpu_target_finish)

#endif
