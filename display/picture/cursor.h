/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_CURSOR_H
#define DISPLAY_CURSOR_H

#include <stddef.h>
#include <stdint.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/error.h"

#define DISPLAY_CURSOR_MAX 512 /* pixels a side */

/* The shape of the guest's pointer; owns its pixels. */
struct display_cursor {
	int32_t width, height;
	int32_t hot_x, hot_y; /* within the shape */
	uint32_t *pixels;     /* owned; rows of ARGB words; NULL: no shape */
};

/*
 * Copies a shape that QEMU sent. A hot spot outside of the shape (-1 if QEMU does not know
 * it) becomes the top left corner. -1 and err for a size out of bounds or too little data;
 * `cursor` must be empty, and stays empty then.
 */
int display_cursor_init(struct display_cursor *cursor, int32_t width, int32_t height, int32_t hot_x,
			int32_t hot_y, const void *data, size_t size, struct base_error *err);

void display_cursor_finish(struct display_cursor *cursor);

BASE_DEFINE_CLEANUP(display_cursor, struct display_cursor, display_cursor_finish)

#endif
