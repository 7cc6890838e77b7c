/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/host/budget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/text.h"
#include "vgpu/host/gpu.h"

static bool is_known(const struct vgpu_type *type)
{
	return type->low_mb > 0 && type->high_mb > 0 && type->fences > 0;
}

/* There are few ids, so no product below is too large for a long. */
static bool take_type(struct vgpu_gvt_room *room, const struct vgpu_type *type)
{
	long count = (long)type->active;

	if (count == 0)
		return true;
	if (!is_known(type) || type->active > (size_t)room->ids)
		return false;
	room->low_mb -= count * type->low_mb;
	room->high_mb -= count * type->high_mb;
	room->fences -= count * type->fences;
	room->ids -= count;
	return room->low_mb >= 0 && room->high_mb >= 0;
}

/* False also if one of the vGPUs has no type. */
static bool take_types(struct vgpu_gvt_room *room, const struct vgpu_parent *parent)
{
	size_t counted = 0;

	for (size_t i = 0; i < parent->type_count; i++) {
		if (!take_type(room, &parent->types[i]))
			return false;
		counted += parent->types[i].active;
	}
	return counted == parent->active;
}

static long least(long a, long b)
{
	return a < b ? a : b;
}

/*
 * i915 says how many more of a type fit, limited by memory and fences. The memory
 * is known, so if it allows more than that number, the fences are the limit and the
 * number shows how many are free.
 */
static bool adjust_fences(struct vgpu_budget *budget, const struct vgpu_parent *parent)
{
	long free = budget->free.fences;

	for (size_t i = 0; i < parent->type_count; i++) {
		const struct vgpu_type *type = &parent->types[i];
		long by_memory;

		if (!is_known(type) || type->available < 0)
			continue;
		by_memory = least(budget->free.low_mb / type->low_mb,
				  budget->free.high_mb / type->high_mb);
		if (type->available > by_memory)
			return false;
		if (type->available < by_memory || free < type->available * type->fences)
			free = type->available * type->fences;
	}
	budget->total.fences += free - budget->free.fences;
	budget->free.fences = free;
	return true;
}

bool vgpu_budget_work_out(struct vgpu_budget *budget, const struct vgpu_parent *parent,
			  long aperture_mb)
{
	*budget = (struct vgpu_budget){ .aperture_mb = aperture_mb,
					.total = vgpu_gvt_room(aperture_mb) };
	budget->free = budget->total;
	return take_types(&budget->free, parent) && adjust_fences(budget, parent);
}

bool vgpu_budget_init(struct vgpu_budget *budget, const struct vgpu_parent *parent)
{
	long aperture_mb;

	if (parent->driver == NULL || strcmp(parent->driver, "i915") != 0)
		return false;
	aperture_mb = vgpu_gpu_aperture(parent->syspath);
	return aperture_mb > 0 && vgpu_budget_work_out(budget, parent, aperture_mb);
}

static void describe_lack(FILE *out, const char *what, const char *unit, long need, long free,
			  long total)
{
	if (need <= free)
		return;
	fprintf(out, "%s%ld%s %s (needs %ld%s, %ld of %ld%s are free)",
		ftell(out) > 0 ? " and " : "", need - free, unit, what, need, unit, free, total,
		unit);
}

char *vgpu_budget_describe(const struct vgpu_budget *budget, const struct vgpu_type *type)
{
	const struct vgpu_gvt_room *free_room = &budget->free, *total = &budget->total;
	struct base_text_stream stream;
	FILE *out = base_text_open(&stream);

	if (out == NULL)
		return NULL;
	describe_lack(out, "of aperture", " MB", type->low_mb, free_room->low_mb, total->low_mb);
	describe_lack(out, "of high graphics memory", " MB", type->high_mb, free_room->high_mb,
		      total->high_mb);
	describe_lack(out, "fences", "", type->fences, free_room->fences, total->fences);
	describe_lack(out, "id", "", 1, free_room->ids, total->ids);
	return base_text_close(&stream);
}

long vgpu_budget_maximum(const struct vgpu_budget *budget, const struct vgpu_type *type)
{
	const struct vgpu_gvt_room *total = &budget->total;

	if (!is_known(type))
		return -1;
	return least(least(total->low_mb / type->low_mb, total->high_mb / type->high_mb),
		     least(total->fences / type->fences, total->ids));
}

bool vgpu_budget_is_low_short(const struct vgpu_budget *budget, const struct vgpu_type *type)
{
	return type->low_mb > budget->free.low_mb && type->high_mb <= budget->free.high_mb &&
	       type->fences <= budget->free.fences && budget->free.ids > 0;
}
