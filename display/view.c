/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/view.h"

struct display_view display_view_place(int32_t window_width, int32_t window_height,
				       uint32_t picture_width, uint32_t picture_height)
{
	int64_t width = picture_width, height = picture_height;

	if (window_width <= 0 || window_height <= 0 || width == 0 || height == 0)
		return (struct display_view){ 0 };
	if (width > window_width) {
		height = height * window_width / width;
		width = window_width;
	}
	if (height > window_height) {
		width = width * window_height / height;
		height = window_height;
	}
	width = width > 0 ? width : 1;
	height = height > 0 ? height : 1;
	return (struct display_view){
		.x = (int32_t)((window_width - width) / 2),
		.y = (int32_t)((window_height - height) / 2),
		.width = (int32_t)width,
		.height = (int32_t)height,
		.picture_width = picture_width,
		.picture_height = picture_height,
	};
}

bool display_view_is_exact(const struct display_view *view)
{
	return (uint32_t)view->width == view->picture_width &&
	       (uint32_t)view->height == view->picture_height;
}

static int32_t map(int64_t place, int64_t from, int64_t size, uint32_t guest_size)
{
	int64_t mapped = (place - from) * guest_size / size;

	if (place < from)
		return 0;
	return mapped < guest_size ? (int32_t)mapped : (int32_t)guest_size - 1;
}

bool display_view_to_guest(const struct display_view *view, int32_t x, int32_t y, int32_t *guest_x,
			   int32_t *guest_y)
{
	if (view->width == 0)
		return false;
	*guest_x = map(x, view->x, view->width, view->picture_width);
	*guest_y = map(y, view->y, view->height, view->picture_height);
	return true;
}
