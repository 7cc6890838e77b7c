/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/vgpus/world.h"

static int gather_host(struct vgpu_host *host, unsigned int options, struct base_error *err)
{
	return options & VGPU_WORLD_PARENTS ? vgpu_host_init(host, err)
					    : vgpu_host_init_devices(host, err);
}

static int gather_store(struct vgpu_store *store, const char *path, unsigned int options,
			struct base_error *err)
{
	return options & VGPU_WORLD_WHOLE ? vgpu_store_init_whole(store, path, err)
					  : vgpu_store_init(store, path, err);
}

int vgpu_world_init(struct vgpu_world *world, const char *config_dir, unsigned int options,
		    struct base_error *err)
{
	*world = (struct vgpu_world){ .store = { .fd = -1 } };
	if (gather_host(&world->host, options, err) == 0 &&
	    gather_store(&world->store, config_dir, options, err) == 0 &&
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
