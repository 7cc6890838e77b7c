/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/picture/cursor.h"

#include <errno.h>
#include <string.h>

int display_cursor_init(struct display_cursor *cursor, int32_t width, int32_t height, int32_t hot_x,
			int32_t hot_y, const void *data, size_t size, struct base_error *err)
{
	size_t need;

	if (width <= 0 || height <= 0 || width > DISPLAY_CURSOR_MAX || height > DISPLAY_CURSOR_MAX)
		return base_error_set(err, BASE_FAILED, "%dx%d is not the size of a cursor", width,
				      height);
	need = (size_t)width * (size_t)height * sizeof(uint32_t);
	if (size < need)
		return base_error_set(err, BASE_FAILED,
				      "%zu bytes are too few for a cursor of %dx%d", size, width,
				      height);
	cursor->pixels = malloc(need);
	if (cursor->pixels == NULL)
		return base_error_errno(err, ENOMEM, "cannot hold a cursor");
	memcpy(cursor->pixels, data, need);
	cursor->width = width;
	cursor->height = height;
	cursor->hot_x = hot_x >= 0 && hot_x < width ? hot_x : 0;
	cursor->hot_y = hot_y >= 0 && hot_y < height ? hot_y : 0;
	return 0;
}

void display_cursor_finish(struct display_cursor *cursor)
{
	free(cursor->pixels);
	*cursor = (struct display_cursor){ 0 };
}
