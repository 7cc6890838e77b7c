/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_INVENTORY_H
#define VGPU_INVENTORY_H

#include "vgpu/host/host.h"
#include "vgpu/store/store.h"

/* A vGPU that is active, defined, or both. The host and the store own what this points to. */
struct vgpu_item {
	const struct vgpu_device *device;	  /* NULL if it is not active */
	const struct vgpu_definition *definition; /* NULL if it is not defined */
};

struct vgpu_inventory {
	struct vgpu_item *items; /* ordered by parent, then UUID */
	size_t count;
};

/*
 * Brings together what is active and what is defined: the same vGPU has the
 * same UUID on the same parent. host and store must outlive the inventory.
 */
int vgpu_inventory_init(struct vgpu_inventory *inventory, const struct vgpu_host *host,
			const struct vgpu_store *store, struct base_error *err);

/* What the vGPU is; the type is that of the active one if it is active and defined. */
const char *vgpu_item_uuid(const struct vgpu_item *item);
const char *vgpu_item_parent(const struct vgpu_item *item);
const char *vgpu_item_type(const struct vgpu_item *item);

/*
 * Its type, as its parent describes it; NULL if the parent or the type is missing.
 * The host owns it.
 */
const struct vgpu_type *vgpu_item_find_type(const struct vgpu_item *item,
					    const struct vgpu_host *host);

/* Takes NULL and a zeroed inventory. */
void vgpu_inventory_finish(struct vgpu_inventory *inventory);

BASE_DEFINE_CLEANUP(vgpu_inventory, struct vgpu_inventory, vgpu_inventory_finish)

#endif
