/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/create/placement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/text.h"
#include "vgpu/create/reason.h"

/*
 * "a, b", or "none", owned by the caller; NULL without memory. All are listed, as
 * hosts have few.
 */
static char *list_parents(const struct vgpu_host *host)
{
	struct base_text text = { 0 };

	for (size_t i = 0; i < host->parent_count; i++)
		base_text_add_item(&text, host->parents[i].name);
	if (host->parent_count == 0)
		base_text_add(&text, "none");
	return base_text_take(&text);
}

/* The same for the types of `count` parents. */
static char *list_types(const struct vgpu_parent *parents, size_t count)
{
	struct base_text text = { 0 };

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < parents[i].type_count; k++)
			base_text_add_item(&text, parents[i].types[k].id);
	}
	if (text.length == 0)
		base_text_add(&text, "none");
	return base_text_take(&text);
}

static const char *or_unknown(const char *list)
{
	return list != NULL ? list : "?";
}

static int no_parent_at_all(struct base_error *err)
{
	BASE_AUTO(free) char *reason = vgpu_reason_no_parent(err);

	if (reason == NULL)
		return -1;
	return base_error_set(err, BASE_FAILED, "cannot make a vGPU: %s", reason);
}

static int no_such_parent(const struct vgpu_host *host, const char *name, struct base_error *err)
{
	BASE_AUTO(free) char *names = list_parents(host);

	return base_error_set(err, BASE_FAILED, "there is no parent %s; parents: %s", name,
			      or_unknown(names));
}

int vgpu_placement_check_type(const struct vgpu_parent *parent, const char *type,
			      struct base_error *err)
{
	BASE_AUTO(free) char *names = NULL;

	if (vgpu_parent_find_type(parent, type) != NULL)
		return 0;
	names = list_types(parent, 1);
	return base_error_set(err, BASE_FAILED, "%s has no type %s; types: %s", parent->name, type,
			      or_unknown(names));
}

static int no_such_type(const struct vgpu_host *host, const struct vgpu_parent *parent,
			const char *type, struct base_error *err)
{
	BASE_AUTO(free) char *names = NULL;

	if (parent != NULL)
		return vgpu_placement_check_type(parent, type, err);
	names = list_types(host->parents, host->parent_count);
	return base_error_set(err, BASE_FAILED, "no parent has the type %s; types: %s", type,
			      or_unknown(names));
}

static int no_types(const struct vgpu_parent *parent, struct base_error *err)
{
	BASE_AUTO(free) char *reason = vgpu_reason_no_types(parent);

	return base_error_set(err, BASE_FAILED, "%s makes no vGPUs: %s", parent->name,
			      reason != NULL ? reason : "it offers no types");
}

static int full(const struct vgpu_parent *parent, const char *type, struct base_error *err)
{
	base_error_set(err, BASE_FAILED,
		       "%s has no free instance of %s (%zu vGPU%s active on it); remove a vGPU or "
		       "use a smaller type ('vgpu types' shows what fits)",
		       parent->name, type, parent->active, parent->active == 1 ? "" : "s");
	if (err != NULL)
		err->errnum = ENOSPC;
	return -1;
}

/* Looks for the type on one parent, or on all if that is NULL. */
static int place_type(const struct vgpu_host *host, const struct vgpu_parent *only,
		      const char *type, struct vgpu_placement *placement, struct base_error *err)
{
	for (size_t i = 0; i < host->parent_count; i++) {
		const struct vgpu_parent *parent = &host->parents[i];
		const struct vgpu_type *found = vgpu_parent_find_type(parent, type);

		if (found == NULL || (only != NULL && only != parent))
			continue;
		if (vgpu_type_may_fit(found)) {
			*placement = (struct vgpu_placement){ .parent = parent, .type = found };
			return 0;
		}
		if (placement->parent == NULL)
			*placement = (struct vgpu_placement){ .parent = parent, .type = found };
	}
	return placement->parent != NULL ? full(placement->parent, type, err)
					 : no_such_type(host, only, type, err);
}

static bool has_graphics(const struct vgpu_parent *parent)
{
	for (size_t i = 0; i < parent->type_count; i++) {
		if (vgpu_type_is_graphics(&parent->types[i]))
			return true;
	}
	return false;
}

/* Only types smaller than `limit` count, unless that is NULL. */
static const struct vgpu_type *largest_that_fits(const struct vgpu_parent *parent,
						 const struct vgpu_type *limit)
{
	bool only_graphics = has_graphics(parent);
	const struct vgpu_type *best = NULL;

	for (size_t i = 0; i < parent->type_count; i++) {
		const struct vgpu_type *type = &parent->types[i];

		if (!vgpu_type_may_fit(type) || (only_graphics && !vgpu_type_is_graphics(type)))
			continue;
		if (limit != NULL && vgpu_type_compare(type, limit) <= 0)
			continue;
		if (best == NULL || vgpu_type_compare(type, best) < 0)
			best = type;
	}
	return best;
}

bool vgpu_placement_shrink(struct vgpu_placement *placement)
{
	const struct vgpu_type *smaller;

	if (!placement->took_largest || placement->type == NULL)
		return false;
	smaller = largest_that_fits(placement->parent, placement->type);
	if (smaller == NULL)
		return false;
	placement->type = smaller;
	return true;
}

static int place_largest(const struct vgpu_host *host, const struct vgpu_parent *only,
			 struct vgpu_placement *placement, struct base_error *err)
{
	const struct vgpu_parent *without_room = only;

	for (size_t i = 0; i < host->parent_count; i++) {
		const struct vgpu_parent *parent = &host->parents[i];

		if (only != NULL ? only != parent : !has_graphics(parent))
			continue;
		placement->parent = parent;
		placement->type = largest_that_fits(parent, NULL);
		placement->took_largest = true;
		if (placement->type != NULL)
			return 0;
		without_room = without_room != NULL ? without_room : parent;
	}
	placement->parent = without_room;
	if (without_room != NULL)
		return full(without_room, "any type", err);
	return base_error_set(err, BASE_FAILED, "no parent has graphics types");
}

static bool any_graphics(const struct vgpu_host *host)
{
	for (size_t i = 0; i < host->parent_count; i++) {
		if (has_graphics(&host->parents[i]))
			return true;
	}
	return false;
}

static int ask_for_parent(const struct vgpu_host *host, struct base_error *err)
{
	BASE_AUTO(free) char *names = list_parents(host);

	return base_error_set(err, BASE_MISUSED,
			      "which parent? none is known to be a graphics processor; name one "
			      "with --parent: %s",
			      or_unknown(names));
}

int vgpu_placement_find(const struct vgpu_host *host, const char *parent, const char *type,
			struct vgpu_placement *placement, struct base_error *err)
{
	const struct vgpu_parent *only = NULL;

	*placement = (struct vgpu_placement){ 0 };
	if (host->parent_count == 0)
		return no_parent_at_all(err);
	if (parent != NULL) {
		only = vgpu_host_find_parent(host, parent);
		if (only == NULL)
			return no_such_parent(host, parent, err);
	}
	if (type != NULL)
		return place_type(host, only, type, placement, err);
	if (only == NULL && !any_graphics(host)) {
		if (host->parent_count > 1)
			return ask_for_parent(host, err);
		only = &host->parents[0];
	}
	if (only != NULL && only->type_count == 0)
		return no_types(only, err);
	return place_largest(host, only, placement, err);
}
