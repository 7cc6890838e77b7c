/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/vgpus/inventory.h"

#include <stdlib.h>
#include <string.h>

const char *vgpu_item_uuid(const struct vgpu_item *item)
{
	return item->device != NULL ? item->device->uuid : item->definition->uuid;
}

const char *vgpu_item_parent(const struct vgpu_item *item)
{
	return item->device != NULL ? item->device->parent : item->definition->parent;
}

const char *vgpu_item_type(const struct vgpu_item *item)
{
	return item->device != NULL ? item->device->type : item->definition->type;
}

static int compare_places(const struct vgpu_device *device,
			  const struct vgpu_definition *definition)
{
	int order = strverscmp(device->parent, definition->parent);

	return order != 0 ? order : strcmp(device->uuid, definition->uuid);
}

int vgpu_inventory_init(struct vgpu_inventory *inventory, const struct vgpu_host *host,
			const struct vgpu_store *store, struct base_error *err)
{
	size_t most = host->device_count + store->definition_count;
	size_t d = 0, k = 0;

	*inventory = (struct vgpu_inventory){ 0 };
	if (most == 0)
		return 0;
	inventory->items = calloc(most, sizeof(*inventory->items));
	if (inventory->items == NULL)
		return base_error_no_memory(err, "cannot list the vGPUs");
	/* Both are in the same order, so one pass merges them. */
	while (d < host->device_count || k < store->definition_count) {
		struct vgpu_item *item = &inventory->items[inventory->count++];
		int order = d == host->device_count ? 1
			    : k == store->definition_count
				    ? -1
				    : compare_places(&host->devices[d], &store->definitions[k]);

		if (order <= 0)
			item->device = &host->devices[d++];
		if (order >= 0)
			item->definition = &store->definitions[k++];
	}
	return 0;
}

const struct vgpu_type *vgpu_item_find_type(const struct vgpu_item *item,
					    const struct vgpu_host *host)
{
	const struct vgpu_parent *parent = vgpu_host_find_parent(host, vgpu_item_parent(item));

	return parent != NULL ? vgpu_parent_find_type(parent, vgpu_item_type(item)) : NULL;
}

void vgpu_inventory_finish(struct vgpu_inventory *inventory)
{
	if (inventory == NULL)
		return;
	free(inventory->items);
	*inventory = (struct vgpu_inventory){ 0 };
}
