/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/picture/rect.h"

bool display_rect_is_empty(const struct display_rect *rect)
{
	return rect->width <= 0 || rect->height <= 0;
}

struct display_rect display_rect_whole(uint32_t width, uint32_t height)
{
	return (struct display_rect){ .width = (int32_t)width, .height = (int32_t)height };
}

bool display_rect_fits(const struct display_rect *rect, uint32_t width, uint32_t height)
{
	return !display_rect_is_empty(rect) && rect->x >= 0 && rect->y >= 0 &&
	       (int64_t)rect->x + rect->width <= width && (int64_t)rect->y + rect->height <= height;
}

static int64_t clamp(int64_t value, int64_t max)
{
	if (value < 0)
		return 0;
	return value > max ? max : value;
}

struct display_rect display_rect_clip(const struct display_rect *rect, uint32_t width,
				      uint32_t height)
{
	int64_t left = clamp(rect->x, width), right = clamp((int64_t)rect->x + rect->width, width);
	int64_t top = clamp(rect->y, height),
		bottom = clamp((int64_t)rect->y + rect->height, height);

	if (right <= left || bottom <= top)
		return (struct display_rect){ 0 };
	return (struct display_rect){ .x = (int32_t)left,
				      .y = (int32_t)top,
				      .width = (int32_t)(right - left),
				      .height = (int32_t)(bottom - top) };
}

struct display_rect display_rect_union(const struct display_rect *a, const struct display_rect *b)
{
	int32_t left, top, right, bottom;

	if (display_rect_is_empty(a))
		return *b;
	if (display_rect_is_empty(b))
		return *a;
	left = a->x < b->x ? a->x : b->x;
	top = a->y < b->y ? a->y : b->y;
	right = a->x + a->width > b->x + b->width ? a->x + a->width : b->x + b->width;
	bottom = a->y + a->height > b->y + b->height ? a->y + a->height : b->y + b->height;
	return (struct display_rect){
		.x = left, .y = top, .width = right - left, .height = bottom - top
	};
}
