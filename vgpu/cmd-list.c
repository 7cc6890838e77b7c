/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vgpu/base/log.h"
#include "vgpu/commands.h"
#include "vgpu/inventory.h"
#include "vgpu/json.h"
#include "vgpu/options.h"
#include "vgpu/table.h"

static const char *describe_state(const struct vgpu_item *item)
{
	if (item->definition == NULL)
		return "active";
	return item->device != NULL ? "active, defined" : "defined";
}

static const char *describe_start(const struct vgpu_item *item)
{
	if (item->definition == NULL)
		return "-";
	return item->definition->starts_at_boot ? "at boot" : "manual";
}

static int print_people(const struct vgpu_inventory *inventory, struct base_error *err)
{
	static const char *const head[] = { "UUID", "PARENT", "TYPE", "STATE", "START", NULL };
	BASE_AUTO(vgpu_table) struct vgpu_table table = { 0 };

	if (inventory->count == 0) {
		base_info("there are no vGPUs; 'vgpu create' makes one");
		return 0;
	}
	if (vgpu_table_add(&table, head, err) < 0)
		return -1;
	for (size_t i = 0; i < inventory->count; i++) {
		const struct vgpu_item *item = &inventory->items[i];
		const char *const row[] = { vgpu_item_uuid(item), vgpu_item_parent(item),
					    vgpu_item_type(item), describe_state(item),
					    describe_start(item), NULL };

		if (vgpu_table_add(&table, row, err) < 0)
			return -1;
	}
	vgpu_table_print(&table, "");
	return 0;
}

static struct json_object *item_to_json(const struct vgpu_item *item)
{
	struct json_object *json = json_object_new_object();
	const char *start = NULL;

	if (item->definition != NULL)
		start = item->definition->starts_at_boot ? "auto" : "manual";
	if (json != NULL && vgpu_json_add_text(json, "uuid", vgpu_item_uuid(item)) == 0 &&
	    vgpu_json_add_text(json, "parent", vgpu_item_parent(item)) == 0 &&
	    vgpu_json_add_text(json, "type", vgpu_item_type(item)) == 0 &&
	    vgpu_json_add_flag(json, "active", item->device != NULL) == 0 &&
	    vgpu_json_add_flag(json, "defined", item->definition != NULL) == 0 &&
	    vgpu_json_add_text(json, "start", start) == 0)
		return json;
	json_object_put(json);
	return NULL;
}

static int print_json(const struct vgpu_inventory *inventory, struct base_error *err)
{
	BASE_AUTO(json) struct json_object *list = json_object_new_array();

	for (size_t i = 0; list != NULL && i < inventory->count; i++) {
		if (vgpu_json_append(list, item_to_json(&inventory->items[i])) < 0)
			return base_error_errno(err, ENOMEM, "cannot write JSON");
	}
	return vgpu_json_print(list, err);
}

static void warn_of_differences(const struct vgpu_inventory *inventory)
{
	for (size_t i = 0; i < inventory->count; i++) {
		const struct vgpu_item *item = &inventory->items[i];

		if (item->device != NULL && item->definition != NULL &&
		    strcmp(item->device->type, item->definition->type) != 0)
			base_warning("%s is defined as a %s but is a %s until it is made anew",
				     item->device->uuid, item->definition->type,
				     item->device->type);
	}
}

int vgpu_cmd_list(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(vgpu_inventory) struct vgpu_inventory inventory = { 0 };
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	const char *config_dir = NULL;
	bool json = false;
	const struct vgpu_option options[] = { { "json", NULL, &json },
					       { "config-dir", &config_dir, NULL },
					       { NULL, NULL, NULL } };

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0 ||
	    vgpu_host_init(&host, err) < 0 || vgpu_store_init(&store, config_dir, err) < 0 ||
	    vgpu_inventory_init(&inventory, &host, &store, err) < 0)
		return -1;
	vgpu_store_warn(&store);
	warn_of_differences(&inventory);
	return json ? print_json(&inventory, err) : print_people(&inventory, err);
}
