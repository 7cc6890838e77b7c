/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/inventory.h"

#include <errno.h>
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

static struct vgpu_item *find(struct vgpu_inventory *inventory, const char *parent,
			      const char *uuid)
{
	for (size_t i = 0; i < inventory->count; i++) {
		struct vgpu_item *item = &inventory->items[i];

		if (strcmp(vgpu_item_uuid(item), uuid) == 0 &&
		    strcmp(vgpu_item_parent(item), parent) == 0)
			return item;
	}
	return NULL;
}

static int compare(const void *a, const void *b)
{
	int order = strverscmp(vgpu_item_parent(a), vgpu_item_parent(b));

	return order != 0 ? order : strcmp(vgpu_item_uuid(a), vgpu_item_uuid(b));
}

int vgpu_inventory_init(struct vgpu_inventory *inventory, const struct vgpu_host *host,
			const struct vgpu_store *store, struct base_error *err)
{
	size_t most = host->device_count + store->definition_count;

	*inventory = (struct vgpu_inventory){ 0 };
	if (most == 0)
		return 0;
	inventory->items = calloc(most, sizeof(*inventory->items));
	if (inventory->items == NULL)
		return base_error_errno(err, ENOMEM, "cannot list the vGPUs");
	for (size_t i = 0; i < host->device_count; i++)
		inventory->items[inventory->count++].device = &host->devices[i];
	for (size_t i = 0; i < store->definition_count; i++) {
		const struct vgpu_definition *definition = &store->definitions[i];
		struct vgpu_item *item = find(inventory, definition->parent, definition->uuid);

		if (item == NULL)
			item = &inventory->items[inventory->count++];
		item->definition = definition;
	}
	qsort(inventory->items, inventory->count, sizeof(*inventory->items), compare);
	return 0;
}

void vgpu_inventory_finish(struct vgpu_inventory *inventory)
{
	if (inventory == NULL)
		return;
	free(inventory->items);
	*inventory = (struct vgpu_inventory){ 0 };
}
