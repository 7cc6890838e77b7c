/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_ARRAY_H
#define VGPU_ARRAY_H

#include <stdlib.h>

/*
 * Makes room for one more item after `count` items; a full array doubles. Returns
 * the array (owned by the caller, as the old one was), or NULL without memory: then
 * the old array is untouched.
 */
static inline void *vgpu_array_grow(void *items, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return items;
	return reallocarray(items, count == 0 ? 1 : count * 2, size);
}

#endif
