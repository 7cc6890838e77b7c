/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/json.h"
#include "vgpu/base/log.h"
#include "vgpu/base/options.h"
#include "vgpu/base/table.h"
#include "vgpu/commands/commands.h"
#include "vgpu/vgpus/inventory.h"
#include "vgpu/vgpus/usage.h"

/* What is listed. Who has and who uses a vGPU is looked for only if it is not brief. */
struct listing {
	struct vgpu_host host;
	struct vgpu_store store;
	struct vgpu_inventory inventory;
	struct vgpu_usage usage;
	bool is_brief;
};

static void listing_finish(struct listing *listing)
{
	vgpu_usage_finish(&listing->usage);
	vgpu_inventory_finish(&listing->inventory);
	vgpu_store_finish(&listing->store);
	vgpu_host_finish(&listing->host);
}

BASE_DEFINE_CLEANUP(listing, struct listing, listing_finish)

static int gather(struct listing *listing, const char *config_dir, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (vgpu_host_init_devices(&listing->host, err) < 0 ||
	    vgpu_store_init(&listing->store, config_dir, err) < 0 ||
	    vgpu_inventory_init(&listing->inventory, &listing->host, &listing->store, err) < 0)
		return -1;
	if (listing->is_brief || listing->inventory.count == 0)
		return 0;
	if (vgpu_usage_init(&listing->usage, &listing->host, &why, err) < 0)
		return -1;
	if (!listing->usage.knows_claims)
		base_info("which domains have the vGPUs is not known: %s", why.message);
	return 0;
}

static const struct vgpu_process *find_process(const struct listing *listing,
					       const struct vgpu_item *item)
{
	if (item->device == NULL)
		return NULL;
	return vgpu_holders_find(&listing->usage.holders, &listing->host, item->device);
}

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
	char *text = NULL;

	if (process == NULL)
		return strdup("-");
	if (asprintf(&text, "%s (%ld)", process->command != NULL ? process->command : "?",
		     process->pid) < 0)
		return NULL;
	return text;
}

/* What runs now tells its domain even where libvirt does not. */
static char *describe_domains(const struct listing *listing, const char *uuid,
			      const struct vgpu_process *process)
{
	char *text = vgpu_claims_describe(&listing->usage.users, uuid);

	if (text == NULL && process != NULL && process->domain != NULL)
		return strdup(process->domain);
	return text != NULL ? text : strdup(listing->usage.knows_claims ? "-" : "?");
}

static int add_row(struct vgpu_table *table, const struct listing *listing,
		   const struct vgpu_item *item, struct base_error *err)
{
	BASE_AUTO(free) char *domains = NULL;
	BASE_AUTO(free) char *process = NULL;
	const char *row[] = { vgpu_item_uuid(item),
			      vgpu_item_parent(item),
			      vgpu_item_type(item),
			      describe_state(item),
			      describe_start(item),
			      NULL,
			      NULL,
			      NULL };

	if (!listing->is_brief) {
		const struct vgpu_process *holder = find_process(listing, item);

		row[5] = domains = describe_domains(listing, vgpu_item_uuid(item), holder);
		row[6] = process = describe_process(holder);
		if (domains == NULL || process == NULL)
			return base_error_errno(err, ENOMEM, "cannot list the vGPUs");
	}
	return vgpu_table_add(table, row, err);
}

static int print_people(const struct listing *listing, struct base_error *err)
{
	const char *const head[] = { "UUID",	"PARENT", "TYPE",
				     "STATE",	"START",  listing->is_brief ? NULL : "DOMAIN",
				     "PROCESS", NULL };
	const struct vgpu_inventory *inventory = &listing->inventory;
	BASE_AUTO(vgpu_table) struct vgpu_table table = { 0 };

	if (inventory->count == 0) {
		base_info("there are no vGPUs; 'vgpu create' makes one");
		return 0;
	}
	if (vgpu_table_add(&table, head, err) < 0)
		return -1;
	for (size_t i = 0; i < inventory->count; i++) {
		if (add_row(&table, listing, &inventory->items[i], err) < 0)
			return -1;
	}
	vgpu_table_print(&table, "");
	return 0;
}

/* An array of names; null where libvirt was not asked or did not answer. */
static int add_domains(struct json_object *json, const struct listing *listing, const char *uuid)
{
	BASE_AUTO(json) struct json_object *names = NULL;
	const struct vgpu_claim *user;

	if (!listing->usage.knows_claims)
		return vgpu_json_add_text(json, "domains", NULL);
	names = json_object_new_array();
	for (size_t i = 0;
	     names != NULL && (user = vgpu_claims_find(&listing->usage.users, uuid, &i)) != NULL;
	     i++) {
		if (vgpu_json_append(names, json_object_new_string(user->domain)) < 0)
			return -1;
	}
	return vgpu_json_add(json, "domains", BASE_STEAL_PTR(names));
}

static int add_process(struct json_object *json, const struct vgpu_process *process)
{
	BASE_AUTO(json) struct json_object *object = NULL;

	if (process == NULL)
		return vgpu_json_add_text(json, "process", NULL);
	object = json_object_new_object();
	if (object == NULL || vgpu_json_add_number(object, "pid", process->pid) < 0 ||
	    vgpu_json_add_text(object, "command", process->command) < 0 ||
	    vgpu_json_add_text(object, "domain", process->domain) < 0)
		return -1;
	return vgpu_json_add(json, "process", BASE_STEAL_PTR(object));
}

static struct json_object *item_to_json(const struct listing *listing, const struct vgpu_item *item)
{
	struct json_object *json = json_object_new_object();
	const char *start = NULL;

	if (item->definition != NULL)
		start = vgpu_start_name(item->definition->start);
	if (json != NULL && vgpu_json_add_text(json, "uuid", vgpu_item_uuid(item)) == 0 &&
	    vgpu_json_add_text(json, "parent", vgpu_item_parent(item)) == 0 &&
	    vgpu_json_add_text(json, "type", vgpu_item_type(item)) == 0 &&
	    vgpu_json_add_flag(json, "active", item->device != NULL) == 0 &&
	    vgpu_json_add_flag(json, "defined", item->definition != NULL) == 0 &&
	    vgpu_json_add_text(json, "start", start) == 0 &&
	    add_domains(json, listing, vgpu_item_uuid(item)) == 0 &&
	    add_process(json, find_process(listing, item)) == 0)
		return json;
	json_object_put(json);
	return NULL;
}

static int print_json(const struct listing *listing, struct base_error *err)
{
	struct vgpu_json_list list = { 0 };

	for (size_t i = 0; i < listing->inventory.count; i++) {
		const struct vgpu_item *item = &listing->inventory.items[i];

		if (vgpu_json_list_add(&list, item_to_json(listing, item), err) < 0)
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
			base_warning("%s is defined as a %s but is a %s until it is made anew",
				     item->device->uuid, item->definition->type,
				     item->device->type);
	}
}

/* vgpu-domain, which asks libvirt, looks for it there. */
static int set_connection(const char *uri, struct base_error *err)
{
	if (uri == NULL || setenv("LIBVIRT_DEFAULT_URI", uri, 1) == 0)
		return 0;
	return base_error_errno(err, errno, "cannot list the vGPUs");
}

int vgpu_cmd_list(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(listing) struct listing listing = { .store = { .fd = -1 } };
	const char *config_dir = NULL;
	const char *uri = NULL;
	bool json = false;
	const struct vgpu_option options[] = { { "json", NULL, &json },
					       { "brief", NULL, &listing.is_brief },
					       { "connect", &uri, NULL },
					       { "config-dir", &config_dir, NULL },
					       { NULL, NULL, NULL } };

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0 ||
	    set_connection(uri, err) < 0 || gather(&listing, config_dir, err) < 0)
		return -1;
	vgpu_store_warn(&listing.store);
	warn_of_differences(&listing.inventory);
	return json ? print_json(&listing, err) : print_people(&listing, err);
}
