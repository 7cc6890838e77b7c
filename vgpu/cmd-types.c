/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "vgpu/base/log.h"
#include "vgpu/commands.h"
#include "vgpu/host.h"
#include "vgpu/json.h"
#include "vgpu/options.h"
#include "vgpu/reason.h"
#include "vgpu/table.h"

static const char *format_count(long count, char *text, size_t size)
{
	if (count < 0)
		return "?";
	snprintf(text, size, "%ld", count);
	return text;
}

static int add_row(struct vgpu_table *table, const struct vgpu_type *type, struct base_error *err)
{
	BASE_AUTO(free) char *summary = vgpu_type_summarise(type);
	char available[24], maximum[24];
	const char *const row[] = { type->id,
				    format_count(type->available, available, sizeof(available)),
				    format_count(type->maximum, maximum, sizeof(maximum)),
				    type->device_api != NULL ? type->device_api : "?",
				    summary,
				    NULL };

	if (summary == NULL)
		return base_error_errno(err, ENOMEM, "cannot print the types");
	return vgpu_table_add(table, row, err);
}

static int print_parent(const struct vgpu_parent *parent, struct base_error *err)
{
	static const char *const head[] = { "TYPE", "FREE", "MAX", "API", "DESCRIPTION", NULL };
	BASE_AUTO(vgpu_table) struct vgpu_table table = { 0 };
	BASE_AUTO(free) char *reason = NULL;

	if (parent->driver != NULL)
		printf("%s (%s)\n", parent->name, parent->driver);
	else
		printf("%s\n", parent->name);
	if (parent->type_count == 0) {
		reason = vgpu_reason_no_types(parent);
		printf("  no types: %s\n", reason != NULL ? reason : "?");
		return 0;
	}
	if (vgpu_table_add(&table, head, err) < 0)
		return -1;
	for (size_t i = 0; i < parent->type_count; i++) {
		if (add_row(&table, &parent->types[i], err) < 0)
			return -1;
	}
	vgpu_table_print(&table, "  ");
	return 0;
}

static int print_people(const struct vgpu_host *host, struct base_error *err)
{
	for (size_t i = 0; i < host->parent_count; i++) {
		if (print_parent(&host->parents[i], err) < 0)
			return -1;
	}
	return 0;
}

static struct json_object *type_to_json(const struct vgpu_type *type)
{
	struct json_object *json = json_object_new_object();

	if (json != NULL && vgpu_json_add_text(json, "type", type->id) == 0 &&
	    vgpu_json_add_text(json, "name", type->name) == 0 &&
	    vgpu_json_add_text(json, "device_api", type->device_api) == 0 &&
	    vgpu_json_add_number(json, "available", type->available) == 0 &&
	    vgpu_json_add_number(json, "maximum", type->maximum) == 0 &&
	    vgpu_json_add_number(json, "low_mb", type->low_mb) == 0 &&
	    vgpu_json_add_number(json, "high_mb", type->high_mb) == 0 &&
	    vgpu_json_add_number(json, "fences", type->fences) == 0 &&
	    vgpu_json_add_text(json, "resolution", type->resolution) == 0 &&
	    vgpu_json_add_number(json, "weight", type->weight) == 0 &&
	    vgpu_json_add_text(json, "description", type->description) == 0)
		return json;
	json_object_put(json);
	return NULL;
}

static struct json_object *parent_to_json(const struct vgpu_parent *parent)
{
	struct json_object *json = json_object_new_object();
	struct json_object *types = json_object_new_array();

	if (json == NULL || vgpu_json_add_text(json, "parent", parent->name) < 0 ||
	    vgpu_json_add_text(json, "driver", parent->driver) < 0) {
		json_object_put(types);
		json_object_put(json);
		return NULL;
	}
	if (vgpu_json_add(json, "types", types) < 0) {
		json_object_put(json);
		return NULL;
	}
	for (size_t i = 0; i < parent->type_count; i++) {
		if (vgpu_json_append(types, type_to_json(&parent->types[i])) < 0) {
			json_object_put(json);
			return NULL;
		}
	}
	return json;
}

static int print_json(const struct vgpu_host *host, struct base_error *err)
{
	BASE_AUTO(json) struct json_object *parents = json_object_new_array();

	for (size_t i = 0; parents != NULL && i < host->parent_count; i++) {
		if (vgpu_json_append(parents, parent_to_json(&host->parents[i])) < 0)
			return base_error_errno(err, ENOMEM, "cannot write JSON");
	}
	return vgpu_json_print(parents, err);
}

/* On standard output only where that is for people. */
static int explain(bool for_people, struct base_error *err)
{
	BASE_AUTO(free) char *reason = NULL;
	struct vgpu_reason_facts facts;

	if (vgpu_reason_gather(&facts, err) < 0)
		return -1;
	reason = vgpu_reason_no_parent(&facts);
	if (reason == NULL)
		return base_error_errno(err, ENOMEM, "cannot tell why there are no types");
	if (for_people)
		printf("no types: %s\n", reason);
	else
		base_info("no types: %s", reason);
	return 0;
}

int vgpu_cmd_types(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	bool json = false;
	const struct vgpu_option options[] = { { "json", NULL, &json }, { NULL, NULL, NULL } };
	int status;

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0 ||
	    vgpu_host_init(&host, err) < 0)
		return -1;
	status = json ? print_json(&host, err) : print_people(&host, err);
	if (status == 0 && host.parent_count == 0)
		status = explain(!json, err);
	return status;
}
