/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_BATCH_H
#define VGPU_BATCH_H

#include "vgpu/host/host.h"
#include "vgpu/store/definition.h"

/* One vGPU to be made, and what came of it. */
struct vgpu_batch_item {
	const struct vgpu_definition *definition;
	const struct vgpu_parent *parent;
	int status; /* of vgpu_make */
	struct base_error err;
};

/*
 * vGPUs that are made together: most of the time is the kernel's, and parents do
 * not wait for each other. Start with { 0 }. What is put in must outlive it.
 */
struct vgpu_batch {
	struct vgpu_batch_item *items;
	size_t count;
	size_t next; /* the first that is not taken */
};

/*
 * Puts a definition in, unless its vGPU is there or its parent or type is not. They
 * come ordered by parent.
 */
int vgpu_batch_add(struct vgpu_batch *batch, const struct vgpu_host *host,
		   const struct vgpu_definition *definition, struct base_error *err);

/* Makes them: those of a parent in their order, several parents at the same time. */
void vgpu_batch_run(struct vgpu_batch *batch);

/* What came of a definition; NULL for one that was not put in. Ask in their order. */
struct vgpu_batch_item *vgpu_batch_take(struct vgpu_batch *batch,
					const struct vgpu_definition *definition);

/* Takes NULL and a zeroed batch. */
void vgpu_batch_finish(struct vgpu_batch *batch);

BASE_DEFINE_CLEANUP(vgpu_batch, struct vgpu_batch, vgpu_batch_finish)

#endif
