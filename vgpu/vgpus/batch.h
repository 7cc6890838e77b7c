/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_BATCH_H
#define VGPU_BATCH_H

#include "vgpu/host/host.h"
#include "vgpu/store/definition.h"

/* One vGPU to be made, and the result. */
struct vgpu_batch_item {
	const struct vgpu_definition *definition;
	const struct vgpu_parent *parent;
	int status; /* of vgpu_make */
	struct base_error err;
};

/*
 * vGPUs that are made together: the kernel takes most of the time, and parents do
 * not wait for each other. Start with { 0 }. The host and the definitions must
 * outlive it.
 */
struct vgpu_batch {
	struct vgpu_batch_item *items;
	size_t count;
	size_t next; /* the first that is not taken */
};

/*
 * Adds a definition, unless its vGPU exists or its parent or type does not. Add
 * them ordered by parent.
 */
int vgpu_batch_add(struct vgpu_batch *batch, const struct vgpu_host *host,
		   const struct vgpu_definition *definition, struct base_error *err);

/* Makes them: those of a parent in their order, several parents at the same time. */
void vgpu_batch_run(struct vgpu_batch *batch);

/*
 * The result of a definition; NULL if it was not added. Ask in the order in which
 * they were added.
 */
struct vgpu_batch_item *vgpu_batch_take(struct vgpu_batch *batch,
					const struct vgpu_definition *definition);

/* Takes NULL and a zeroed batch. */
void vgpu_batch_finish(struct vgpu_batch *batch);

BASE_DEFINE_CLEANUP(vgpu_batch, struct vgpu_batch, vgpu_batch_finish)

#endif
