/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/store/forget.h"

int vgpu_forget(const struct vgpu_store *store, const char *uuid, size_t *removed,
		struct base_error *err)
{
	const struct vgpu_definition *definition;
	const struct vgpu_problem *problem;

	*removed = 0;
	for (size_t i = 0; (definition = vgpu_store_find(store, uuid, &i)) != NULL; i++) {
		if (vgpu_store_remove(store, definition->parent, uuid, err) < 0)
			return -1;
		(*removed)++;
	}
	for (size_t i = 0; (problem = vgpu_store_find_problem(store, uuid, &i)) != NULL; i++) {
		if (vgpu_store_remove(store, problem->parent, uuid, err) < 0)
			return -1;
		(*removed)++;
	}
	return 0;
}
