/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_WORLD_H
#define VGPU_WORLD_H

#include "vgpu/host/host.h"
#include "vgpu/store/store.h"
#include "vgpu/vgpus/inventory.h"
#include "vgpu/vgpus/usage.h"

/*
 * The vGPUs of this machine: those that the kernel shows, those that are defined,
 * and both together. It takes a moment to find out who has and who uses them, so
 * the usage stays empty until somebody fills it in (vgpu/vgpus/usage.h). Start with
 * { 0 }.
 */
struct vgpu_world {
	struct vgpu_host host;
	struct vgpu_store store;
	struct vgpu_inventory inventory;
	struct vgpu_usage usage;
};

/* What vgpu_world_init gathers besides the vGPUs and their definitions. */
enum vgpu_world_option {
	VGPU_WORLD_PARENTS = 1 << 0, /* the parents and all that their types say */
	VGPU_WORLD_WHOLE = 1 << 1, /* for callers that change definitions: vgpu_store_init_whole */
};

/*
 * Gathers it, with the definitions in `config_dir` (NULL: the usual ones), which must stay
 * valid. -1 leaves it empty.
 */
int vgpu_world_init(struct vgpu_world *world, const char *config_dir, unsigned int options,
		    struct base_error *err);

/* Takes NULL and a zeroed world. */
void vgpu_world_finish(struct vgpu_world *world);

BASE_DEFINE_CLEANUP(vgpu_world, struct vgpu_world, vgpu_world_finish)

#endif
