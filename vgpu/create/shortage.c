/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/create/shortage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/text.h"
#include "vgpu/host/budget.h"
#include "vgpu/vgpus/usage.h"

#define NAMED 7 /* as many vGPUs as GVT-g has ids */

/* What the message is made of. */
struct shortage {
	const struct vgpu_host *host;
	const struct vgpu_parent *parent;
	const struct vgpu_type *type; /* the smallest if none fits */
	bool is_any;		      /* no type at all fits */
	struct vgpu_budget budget;
	bool has_budget; /* the parent's numbers are known */
	char *short_of;	 /* owned; "" if enough of everything is free */
};

static const struct vgpu_type *smallest(const struct vgpu_parent *parent)
{
	const struct vgpu_type *best = NULL;

	for (size_t i = 0; i < parent->type_count; i++) {
		const struct vgpu_type *type = &parent->types[i];

		if (best == NULL || vgpu_type_compare(type, best) > 0)
			best = type;
	}
	return best;
}

/* The largest type that is smaller than the one that was asked for and fits now. */
static const struct vgpu_type *find_smaller(const struct shortage *shortage)
{
	const struct vgpu_type *best = NULL;

	if (shortage->has_budget && shortage->budget.free.ids <= 0)
		return NULL;
	for (size_t i = 0; i < shortage->parent->type_count; i++) {
		const struct vgpu_type *type = &shortage->parent->types[i];

		if (type->available <= 0 || vgpu_type_compare(type, shortage->type) <= 0)
			continue;
		if (best == NULL || vgpu_type_compare(type, best) < 0)
			best = type;
	}
	return best;
}

static void print_cause(FILE *out, const struct shortage *shortage)
{
	fprintf(out, "%s has no room for %s%s: ", shortage->parent->name,
		shortage->is_any ? "another vGPU, not even a " : "another ", shortage->type->id);
	if (!shortage->has_budget)
		fputs("its driver has no instance left", out);
	else if (*shortage->short_of != '\0')
		fprintf(out, "short of %s", shortage->short_of);
	else
		fprintf(out,
			"%ld MB of aperture count as free, but they are not in one piece, or the "
			"desktop uses them",
			shortage->budget.free.low_mb);
}

static void print_holders(FILE *out, const struct shortage *shortage)
{
	BASE_AUTO(vgpu_usage) struct vgpu_usage usage = { 0 };
	const struct vgpu_host *host = shortage->host;
	size_t count = 0;

	if (vgpu_usage_init(&usage, host, NULL, NULL, NULL) < 0)
		return;
	for (size_t i = 0; i < host->device_count; i++) {
		const struct vgpu_device *device = &host->devices[i];
		BASE_AUTO(free) char *who = NULL;

		if (strcmp(device->parent, shortage->parent->name) != 0 || count++ >= NAMED)
			continue;
		who = vgpu_usage_describe(&usage, host, device);
		fprintf(out, "%s%s, a %s %s", count == 1 ? "; taken by " : "; ", device->uuid,
			device->type, who != NULL ? who : "");
	}
	if (count > NAMED)
		fprintf(out, "; and %zu more", count - NAMED);
	if (count == 0)
		fputs("; no vGPU is active on it", out);
}

static const char *find_other_parent(const struct shortage *shortage)
{
	const struct vgpu_host *host = shortage->host;

	for (size_t i = 0; i < host->parent_count; i++) {
		const struct vgpu_parent *parent = &host->parents[i];
		const struct vgpu_type *type = vgpu_parent_find_type(parent, shortage->type->id);

		if (parent != shortage->parent && type != NULL && type->available > 0)
			return parent->name;
	}
	return NULL;
}

static bool has_other_resolution(const struct vgpu_type *a, const struct vgpu_type *b)
{
	return a->resolution != NULL && b->resolution != NULL &&
	       strcmp(a->resolution, b->resolution) != 0;
}

/* What can be done, the easiest first. */
static void print_ways_out(FILE *out, const struct shortage *shortage)
{
	const struct vgpu_type *smaller = find_smaller(shortage);
	const char *parent = find_other_parent(shortage);

	fputs("; you can ", out);
	if (smaller != NULL && has_other_resolution(smaller, shortage->type))
		fprintf(out, "take %s, which fits (xres and yres or CRU give it more than %s), or ",
			smaller->id, smaller->resolution);
	else if (smaller != NULL)
		fprintf(out, "take %s, which fits, or ", smaller->id);
	if (parent != NULL)
		fprintf(out, "take the parent %s, which has room, or ", parent);
	if (shortage->has_budget && *shortage->short_of == '\0')
		fputs("create it before the display manager starts (--stop-display-manager), or ",
		      out);
	if (shortage->has_budget && vgpu_budget_is_low_short(&shortage->budget, shortage->type))
		fprintf(out, "set an aperture of more than %ld MB in the firmware (not DVMT), or ",
			shortage->budget.aperture_mb);
	fputs("remove a vGPU; 'vgpu help create' tells more", out);
}

static char *compose(const struct shortage *shortage)
{
	struct base_text_stream stream;
	FILE *out = base_text_open(&stream);

	if (out == NULL)
		return NULL;
	print_cause(out, shortage);
	print_holders(out, shortage);
	print_ways_out(out, shortage);
	return base_text_close(&stream);
}

int vgpu_shortage_explain(const struct vgpu_host *host, const struct vgpu_placement *placement,
			  struct base_error *err)
{
	struct shortage shortage = { .host = host,
				     .parent = placement->parent,
				     .type = placement->type,
				     .is_any = placement->type == NULL };
	BASE_AUTO(free) char *short_of = NULL;
	BASE_AUTO(free) char *text = NULL;

	if (shortage.is_any)
		shortage.type = smallest(shortage.parent);
	if (shortage.type == NULL)
		return -1;
	shortage.has_budget = vgpu_budget_init(&shortage.budget, shortage.parent);
	if (shortage.has_budget)
		short_of = vgpu_budget_describe(&shortage.budget, shortage.type);
	shortage.has_budget = short_of != NULL;
	shortage.short_of = short_of;
	text = compose(&shortage);
	if (text == NULL)
		return -1;
	base_error_set(err, BASE_FAILED, "%s", text);
	if (err != NULL)
		err->errnum = ENOSPC;
	return -1;
}
