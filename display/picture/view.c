/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/picture/view.h"

struct size {
	int64_t width, height;
};

/* The largest size that fits, with the picture's proportions. */
static struct size fit_size(struct size window, struct size picture)
{
	struct size size = { window.width, picture.height * window.width / picture.width };

	if (size.height > window.height) {
		size.height = window.height;
		size.width = picture.width * window.height / picture.height;
	}
	size.width = size.width > 0 ? size.width : 1;
	size.height = size.height > 0 ? size.height : 1;
	return size;
}

static struct size choose_size(enum display_scale scale, struct size window, struct size picture)
{
	int64_t across = window.width / picture.width, down = window.height / picture.height;
	int64_t times = across < down ? across : down;

	if (times < 1 || scale == DISPLAY_SCALE_FIT)
		return fit_size(window, picture);
	if (scale == DISPLAY_SCALE_EXACT)
		return picture;
	return (struct size){ picture.width * times, picture.height * times };
}

/* A picture that is made smaller is always smoothed: otherwise pixels would be left out. */
static enum display_filter choose_filter(bool smooth, struct size size, struct size picture)
{
	bool smaller = size.width < picture.width || size.height < picture.height;
	bool whole = size.width % picture.width == 0 && size.height % picture.height == 0;

	if (size.width == picture.width && size.height == picture.height)
		return DISPLAY_FILTER_NEAREST;
	if (smooth || smaller)
		return DISPLAY_FILTER_SMOOTH;
	return whole ? DISPLAY_FILTER_NEAREST : DISPLAY_FILTER_SHARP;
}

struct display_view display_view_place(const struct display_layout *layout, int32_t window_width,
				       int32_t window_height, uint32_t picture_width,
				       uint32_t picture_height)
{
	struct size window = { window_width, window_height };
	struct size picture = { picture_width, picture_height };
	struct size size;

	if (window_width <= 0 || window_height <= 0 || picture_width == 0 || picture_height == 0)
		return (struct display_view){ 0 };
	size = choose_size(layout->scale, window, picture);
	return (struct display_view){
		.x = (int32_t)((window.width - size.width) / 2),
		.y = (int32_t)((window.height - size.height) / 2),
		.width = (int32_t)size.width,
		.height = (int32_t)size.height,
		.picture_width = picture_width,
		.picture_height = picture_height,
		.filter = choose_filter(layout->smooth, size, picture),
	};
}

/*
 * The guest's pixel that is drawn at the middle of this screen pixel. If the picture is made
 * smaller, some of its pixels cannot be reached, but the first and the last one must be.
 */
static int32_t map_to_guest(int64_t place, int64_t from, int64_t size, int64_t guest_size)
{
	int64_t at = place - from;

	if (at <= 0 || size <= 1)
		return 0;
	if (at >= size - 1)
		return (int32_t)(guest_size - 1);
	if (size >= guest_size)
		return (int32_t)((2 * at + 1) * guest_size / (2 * size));
	return (int32_t)(at * (guest_size - 1) / (size - 1));
}

bool display_view_to_guest(const struct display_view *view, int32_t x, int32_t y, int32_t *guest_x,
			   int32_t *guest_y)
{
	if (view->width == 0)
		return false;
	*guest_x = map_to_guest(x, view->x, view->width, view->picture_width);
	*guest_y = map_to_guest(y, view->y, view->height, view->picture_height);
	return true;
}
