/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/json.h"
#include "vgpu/base/log.h"
#include "vgpu/base/options.h"
#include "vgpu/base/table.h"
#include "vgpu/base/text.h"
#include "vgpu/commands/commands.h"
#include "vgpu/create/reason.h"
#include "vgpu/host/budget.h"
#include "vgpu/host/gpu.h"
#include "vgpu/host/host.h"

/*
 * The parent's PCI id, "8086:5916"; owned. NULL for a parent that is not a PCI
 * device, such as the kernel's samples.
 */
static char *format_id(const struct vgpu_parent *parent)
{
	if (!base_name_is_pci_address(parent->name))
		return NULL;
	return base_text_format("%04x:%04x", vgpu_gpu_read_id(parent->syspath, "vendor"),
				vgpu_gpu_read_id(parent->syspath, "device"));
}

/* The parent's name in the hardware database; owned. NULL also if it has none there. */
static char *find_model(const struct vgpu_parent *parent)
{
	if (!base_name_is_pci_address(parent->name))
		return NULL;
	return vgpu_gpu_find_model(parent->syspath);
}

/* Types for graphics come first, then others that are PCI devices in a virtual machine. */
static int rank_type(const struct vgpu_type *type)
{
	if (vgpu_type_is_graphics(type))
		return 0;
	return type->device_api != NULL && strcmp(type->device_api, "vfio-pci") == 0 ? 1 : 2;
}

static int compare_types(const void *a, const void *b)
{
	const struct vgpu_type *left = a, *right = b;
	int order = rank_type(left) - rank_type(right);

	return order != 0 ? order : strverscmp(left->id, right->id);
}

static int rank_parent(const struct vgpu_parent *parent)
{
	return parent->type_count > 0 ? rank_type(&parent->types[0]) : 0;
}

static int compare_parents(const void *a, const void *b)
{
	const struct vgpu_parent *left = a, *right = b;
	int order = rank_parent(left) - rank_parent(right);

	return order != 0 ? order : strverscmp(left->name, right->name);
}

static void sort_host(struct vgpu_host *host)
{
	for (size_t i = 0; i < host->parent_count; i++) {
		struct vgpu_parent *parent = &host->parents[i];

		if (parent->type_count > 0)
			qsort(parent->types, parent->type_count, sizeof(*parent->types),
			      compare_types);
	}
	if (host->parent_count > 0)
		qsort(host->parents, host->parent_count, sizeof(*host->parents), compare_parents);
}

/* If the driver's counts do not show how many fit alone, the aperture does. */
static void work_out_maxima(struct vgpu_host *host)
{
	for (size_t i = 0; i < host->parent_count; i++) {
		struct vgpu_parent *parent = &host->parents[i];
		struct vgpu_budget budget;

		if (!vgpu_budget_init(&budget, parent))
			continue;
		for (size_t k = 0; k < parent->type_count; k++) {
			if (parent->types[k].maximum < 0)
				parent->types[k].maximum =
					vgpu_budget_maximum(&budget, &parent->types[k]);
		}
	}
}

static const char *format_count(char digits[BASE_TEXT_NUMBER_SIZE], long count)
{
	return count < 0 ? "?" : base_text_format_number(digits, count);
}

static void add_row(struct vgpu_table *table, const struct vgpu_type *type)
{
	BASE_AUTO(free) char *summary = vgpu_type_summarise(type);
	char available[BASE_TEXT_NUMBER_SIZE], maximum[BASE_TEXT_NUMBER_SIZE];
	const char *const row[] = { type->id,
				    format_count(available, type->available),
				    format_count(maximum, type->maximum),
				    type->device_api != NULL ? type->device_api : "?",
				    summary,
				    NULL };

	table->has_failed |= summary == NULL;
	vgpu_table_add(table, row);
}

static void print_heading(const struct vgpu_parent *parent)
{
	BASE_AUTO(free) char *model = find_model(parent);
	BASE_AUTO(free) char *id = model == NULL ? format_id(parent) : NULL;
	const char *name = model != NULL ? model : id;

	fputs(parent->name, stdout);
	if (name != NULL) {
		putchar(' ');
		fputs(name, stdout);
	}
	if (parent->driver != NULL) {
		fputs(" (", stdout);
		fputs(parent->driver, stdout);
		putchar(')');
	}
	putchar('\n');
}

static int print_parent(const struct vgpu_parent *parent, struct base_error *err)
{
	static const char *const head[] = { "TYPE", "FREE", "MAX", "API", "DESCRIPTION", NULL };
	BASE_AUTO(vgpu_table) struct vgpu_table table = { 0 };
	BASE_AUTO(free) char *reason = NULL;

	print_heading(parent);
	if (parent->type_count == 0) {
		reason = vgpu_reason_no_types(parent);
		printf("  no types: %s\n", reason != NULL ? reason : "?");
		return 0;
	}
	vgpu_table_add(&table, head);
	for (size_t i = 0; i < parent->type_count; i++)
		add_row(&table, &parent->types[i]);
	return vgpu_table_print(&table, "  ", err);
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
	bool is_whole = json != NULL && vgpu_json_add_text(json, "type", type->id) == 0 &&
			vgpu_json_add_text(json, "name", type->name) == 0 &&
			vgpu_json_add_text(json, "device_api", type->device_api) == 0 &&
			vgpu_json_add_number(json, "available", type->available) == 0 &&
			vgpu_json_add_number(json, "maximum", type->maximum) == 0 &&
			vgpu_json_add_number(json, "low_mb", type->low_mb) == 0 &&
			vgpu_json_add_number(json, "high_mb", type->high_mb) == 0 &&
			vgpu_json_add_number(json, "fences", type->fences) == 0 &&
			vgpu_json_add_text(json, "resolution", type->resolution) == 0 &&
			vgpu_json_add_number(json, "weight", type->weight) == 0 &&
			vgpu_json_add_text(json, "description", type->description) == 0;

	return vgpu_json_whole(json, is_whole);
}

static struct json_object *types_to_json(const struct vgpu_parent *parent)
{
	struct json_object *json = json_object_new_array();
	bool is_whole = json != NULL;

	for (size_t i = 0; is_whole && i < parent->type_count; i++)
		is_whole = vgpu_json_append(json, type_to_json(&parent->types[i])) == 0;
	return vgpu_json_whole(json, is_whole);
}

static struct json_object *parent_to_json(const struct vgpu_parent *parent)
{
	struct json_object *json = json_object_new_object();
	BASE_AUTO(free) char *id = format_id(parent);
	BASE_AUTO(free) char *model = find_model(parent);
	bool is_whole = json != NULL && vgpu_json_add_text(json, "parent", parent->name) == 0 &&
			vgpu_json_add_text(json, "driver", parent->driver) == 0 &&
			vgpu_json_add_text(json, "pci_id", id) == 0 &&
			vgpu_json_add_text(json, "model", model) == 0 &&
			vgpu_json_add(json, "types", types_to_json(parent)) == 0;

	return vgpu_json_whole(json, is_whole);
}

static struct json_object *host_to_json(const struct vgpu_host *host)
{
	struct json_object *json = json_object_new_array();
	bool is_whole = json != NULL;

	for (size_t i = 0; is_whole && i < host->parent_count; i++)
		is_whole = vgpu_json_append(json, parent_to_json(&host->parents[i])) == 0;
	return vgpu_json_whole(json, is_whole);
}

static int print_json(const struct vgpu_host *host, struct base_error *err)
{
	BASE_AUTO(json) struct json_object *json = host_to_json(host);

	return vgpu_json_print(json, err);
}

/* Uses standard output only if that is for people. */
static int explain_no_types(bool for_people, struct base_error *err)
{
	BASE_AUTO(free) char *reason = vgpu_reason_no_parent(err);

	if (reason == NULL)
		return -1;
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
	    vgpu_host_init_types(&host, err) < 0)
		return -1;
	work_out_maxima(&host);
	sort_host(&host);
	status = json ? print_json(&host, err) : print_people(&host, err);
	if (status == 0 && host.parent_count == 0)
		status = explain_no_types(!json, err);
	return status;
}
