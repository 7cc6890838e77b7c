/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/vgpus/world.h"

int vgpu_world_init(struct vgpu_world *world, const char *config_dir, unsigned int options,
		    struct base_error *err)
{
	bool parents = (options & VGPU_WORLD_PARENTS) != 0;
	bool whole = (options & VGPU_WORLD_WHOLE) != 0;

	*world = (struct vgpu_world){ .store = { .fd = -1 } };
	if ((parents ? vgpu_host_init : vgpu_host_init_devices)(&world->host, err) == 0 &&
	    (whole ? vgpu_store_init_whole : vgpu_store_init)(&world->store, config_dir, err) ==
		    0 &&
	    vgpu_inventory_init(&world->inventory, &world->host, &world->store, err) == 0)
		return 0;
	vgpu_world_finish(world);
	return -1;
}

void vgpu_world_finish(struct vgpu_world *world)
{
	if (world == NULL)
		return;
	vgpu_usage_finish(&world->usage);
	vgpu_inventory_finish(&world->inventory);
	vgpu_store_finish(&world->store);
	vgpu_host_finish(&world->host);
}
