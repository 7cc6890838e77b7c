/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/json.h"
#include "vgpu/base/log.h"
#include "vgpu/base/options.h"
#include "vgpu/base/table.h"
#include "vgpu/base/text.h"
#include "vgpu/commands/commands.h"
#include "vgpu/vgpus/world.h"

struct request {
	const char *uri; /* NULL: libvirt's default */
	const char *config_dir;
	bool is_json;
	bool is_brief; /* without who has and who uses the vGPUs */
};

static int gather_world(struct vgpu_world *world, const struct request *request,
			struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (vgpu_world_init(world, request->config_dir, 0, err) < 0)
		return -1;
	if (request->is_brief || world->inventory.count == 0)
		return 0;
	if (vgpu_usage_init(&world->usage, &world->host, request->uri, &why, err) < 0)
		return -1;
	if (!world->usage.knows_claims)
		base_info("it is not known which domains have the vGPUs: %s", why.message);
	return 0;
}

static const struct vgpu_process *find_process(const struct vgpu_world *world,
					       const struct vgpu_item *item)
{
	if (item->device == NULL)
		return NULL;
	return vgpu_holders_find(&world->usage.holders, &world->host, item->device);
}

static const char *describe_state(const struct vgpu_item *item)
{
	if (item->definition == NULL)
		return "active";
	return item->device != NULL ? "active, defined" : "defined";
}

static const char *format_start(const struct vgpu_item *item)
{
	if (item->definition == NULL)
		return "-";
	switch (item->definition->start) {
	case VGPU_START_BOOT:
		return "at boot";
	case VGPU_START_ON_DEMAND:
		return "on demand";
	default:
		return "manual";
	}
}

static char *describe_process(const struct vgpu_process *process)
{

	if (process == NULL)
		return strdup("-");
	return base_text_format("%s (%ld)", process->command != NULL ? process->command : "?",
				process->pid);
}

/* A process that is running names its domain even if libvirt does not. */
static char *describe_domains(const struct vgpu_world *world, const char *uuid,
			      const struct vgpu_process *process)
{
	char *text = vgpu_claims_describe(&world->usage.claims, uuid);

	if (text == NULL && process != NULL && process->domain != NULL)
		return strdup(process->domain);
	return text != NULL ? text : strdup(world->usage.knows_claims ? "-" : "?");
}

static void add_row(struct vgpu_table *table, const struct vgpu_world *world,
		    const struct vgpu_item *item, bool is_brief)
{
	BASE_AUTO(free) char *domains = NULL;
	BASE_AUTO(free) char *process = NULL;
	const char *row[] = { vgpu_item_uuid(item),
			      vgpu_item_parent(item),
			      vgpu_item_type(item),
			      describe_state(item),
			      format_start(item),
			      NULL,
			      NULL,
			      NULL };

	if (!is_brief) {
		const struct vgpu_process *holder = find_process(world, item);

		row[5] = domains = describe_domains(world, vgpu_item_uuid(item), holder);
		row[6] = process = describe_process(holder);
		table->has_failed |= domains == NULL || process == NULL;
	}
	vgpu_table_add(table, row);
}

static int print_people(const struct vgpu_world *world, bool is_brief, struct base_error *err)
{
	const char *const head[] = { "UUID",	"PARENT", "TYPE",
				     "STATE",	"START",  is_brief ? NULL : "DOMAIN",
				     "PROCESS", NULL };
	const struct vgpu_inventory *inventory = &world->inventory;
	BASE_AUTO(vgpu_table) struct vgpu_table table = { 0 };

	if (inventory->count == 0) {
		base_info("there are no vGPUs; 'vgpu create' makes one");
		return 0;
	}
	vgpu_table_add(&table, head);
	for (size_t i = 0; i < inventory->count; i++)
		add_row(&table, world, &inventory->items[i], is_brief);
	return vgpu_table_print(&table, "", err);
}

static struct json_object *domains_to_json(const struct vgpu_claims *claims, const char *uuid)
{
	struct json_object *json = json_object_new_array();
	const struct vgpu_claim *claim;
	bool is_whole = json != NULL;

	for (size_t i = 0; is_whole && (claim = vgpu_claims_find(claims, uuid, &i)) != NULL; i++)
		is_whole = vgpu_json_append(json, json_object_new_string(claim->domain)) == 0;
	return vgpu_json_whole(json, is_whole);
}

/* null if libvirt was not asked or did not answer. */
static int add_domains(struct json_object *json, const struct vgpu_world *world, const char *uuid)
{
	if (!world->usage.knows_claims)
		return vgpu_json_add_text(json, "domains", NULL);
	return vgpu_json_add(json, "domains", domains_to_json(&world->usage.claims, uuid));
}

static struct json_object *process_to_json(const struct vgpu_process *process)
{
	struct json_object *json = json_object_new_object();
	bool is_whole = json != NULL && vgpu_json_add_number(json, "pid", process->pid) == 0 &&
			vgpu_json_add_text(json, "command", process->command) == 0 &&
			vgpu_json_add_text(json, "domain", process->domain) == 0;

	return vgpu_json_whole(json, is_whole);
}

/* null if nobody uses the vGPU, or if that was not looked for. */
static int add_process(struct json_object *json, const struct vgpu_process *process)
{
	if (process == NULL)
		return vgpu_json_add_text(json, "process", NULL);
	return vgpu_json_add(json, "process", process_to_json(process));
}

static struct json_object *item_to_json(const struct vgpu_world *world,
					const struct vgpu_item *item)
{
	const struct vgpu_definition *definition = item->definition;
	const char *start = definition != NULL ? vgpu_start_name(definition->start) : NULL;
	struct json_object *json = json_object_new_object();
	bool is_whole = json != NULL &&
			vgpu_json_add_text(json, "uuid", vgpu_item_uuid(item)) == 0 &&
			vgpu_json_add_text(json, "parent", vgpu_item_parent(item)) == 0 &&
			vgpu_json_add_text(json, "type", vgpu_item_type(item)) == 0 &&
			vgpu_json_add_flag(json, "active", item->device != NULL) == 0 &&
			vgpu_json_add_flag(json, "defined", definition != NULL) == 0 &&
			vgpu_json_add_text(json, "start", start) == 0 &&
			add_domains(json, world, vgpu_item_uuid(item)) == 0 &&
			add_process(json, find_process(world, item)) == 0;

	return vgpu_json_whole(json, is_whole);
}

static int print_json(const struct vgpu_world *world, struct base_error *err)
{
	struct vgpu_json_list list = { 0 };

	for (size_t i = 0; i < world->inventory.count; i++) {
		const struct vgpu_item *item = &world->inventory.items[i];

		if (vgpu_json_list_add(&list, item_to_json(world, item), err) < 0)
			return -1;
	}
	vgpu_json_list_end(&list);
	return 0;
}

static void warn_of_differences(const struct vgpu_inventory *inventory)
{
	for (size_t i = 0; i < inventory->count; i++) {
		const struct vgpu_item *item = &inventory->items[i];

		if (item->device != NULL && item->definition != NULL &&
		    strcmp(item->device->type, item->definition->type) != 0)
			base_warning("%s is defined as a %s but stays a %s until it is made again",
				     item->device->uuid, item->definition->type,
				     item->device->type);
	}
}

int vgpu_cmd_list(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(vgpu_world) struct vgpu_world world = { 0 };
	struct request request = { 0 };
	const struct vgpu_option options[] = { { "json", NULL, &request.is_json },
					       { "brief", NULL, &request.is_brief },
					       { "connect", &request.uri, NULL },
					       { "config-dir", &request.config_dir, NULL },
					       { NULL, NULL, NULL } };

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0 ||
	    gather_world(&world, &request, err) < 0)
		return -1;
	vgpu_store_warn(&world.store);
	warn_of_differences(&world.inventory);
	return request.is_json ? print_json(&world, err)
			       : print_people(&world, request.is_brief, err);
}
