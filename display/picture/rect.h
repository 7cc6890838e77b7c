/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_RECT_H
#define DISPLAY_RECT_H

#include <stdbool.h>
#include <stdint.h>

/* In pixels from the top left corner; empty if width or height is 0. */
struct display_rect {
	int32_t x, y, width, height;
};

bool display_rect_is_empty(const struct display_rect *rect);

/* The whole of a picture of that size, which display_size_check must have accepted. */
struct display_rect display_rect_whole(uint32_t width, uint32_t height);

/* True if it is not empty and lies in a picture of that size. */
bool display_rect_fits(const struct display_rect *rect, uint32_t width, uint32_t height);

/*
 * Cuts off what is outside of a picture of at most DISPLAY_SIZE_MAX pixels a side; the
 * rectangle can have any values.
 */
struct display_rect display_rect_clip(const struct display_rect *rect, uint32_t width,
				      uint32_t height);

/* The smallest rectangle that contains both; both must fit in a picture. */
struct display_rect display_rect_union(const struct display_rect *a, const struct display_rect *b);

#endif
