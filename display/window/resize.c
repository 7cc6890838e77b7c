/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/window/resize.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "display/picture/size.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/file.h"
#include "vgpu/base/log.h"

#define SETTLE_MS	150  /* the user may still be dragging the window's corner */
#define DESKTOP_MS	500  /* for the desktop to give the window the guest's size */
#define PIXELS_PER_INCH 96.0 /* if the desktop does not scale */

bool display_resize_parse(const char *description, uint32_t *width, uint32_t *height)
{
	const char *line = strstr(description, "resolution: ");
	char x;

	return line != NULL && sscanf(line, "resolution: %5u%c%5u", width, &x, height) == 3 &&
	       x == 'x' && display_size_check(*width, *height, NULL) == 0;
}

static void read_limit(struct display_resize *resize, const char *vgpu)
{
	BASE_AUTO(free) char *description = NULL;
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/mdev_type/description", vgpu);
	description = base_file_read_attribute_at(AT_FDCWD, path);
	if (description == NULL ||
	    !display_resize_parse(description, &resize->max_width, &resize->max_height))
		resize->max_width = resize->max_height = 0;
}

void display_resize_init(struct display_resize *resize, struct display_input *input)
{
	*resize = (struct display_resize){ .input = input };
}

void display_resize_begin(struct display_resize *resize, const char *vgpu)
{
	resize->max_width = resize->max_height = 0;
	if (resize->input != NULL && vgpu[0] != '\0')
		read_limit(resize, vgpu);
	if (resize->has_asked)
		resize->asked_width = resize->asked_height = 0;
}

void display_resize_set_guest(struct display_resize *resize, uint32_t width, uint32_t height,
			      int64_t now)
{
	resize->asked_width = (int32_t)width;
	resize->asked_height = (int32_t)height;
	resize->since = now + DESKTOP_MS - SETTLE_MS;
}

static bool is_asked(const struct display_resize *resize)
{
	return resize->width == resize->asked_width && resize->height == resize->asked_height;
}

static int32_t limit_length(int32_t length, uint32_t max)
{
	return max != 0 && length > (int32_t)max ? (int32_t)max : length;
}

static void ask_guest(struct display_resize *resize, double scale)
{
	struct display_input_event event = {
		.kind = DISPLAY_INPUT_SCREEN,
		.code = (uint32_t)(PIXELS_PER_INCH * scale),
		.x = limit_length(resize->width, resize->max_width),
		.y = limit_length(resize->height, resize->max_height),
	};

	if (!resize->told && (event.x < resize->width || event.y < resize->height)) {
		base_info("the vGPU's type allows at most %ux%u pixels, even in a larger window",
			  resize->max_width, resize->max_height);
		resize->told = true;
	}
	resize->asked_width = resize->width;
	resize->asked_height = resize->height;
	resize->has_asked = true;
	base_debug("asking the guest for %dx%d", event.x, event.y);
	display_input_put(resize->input, &event);
}

void display_resize_follow(struct display_resize *resize, int32_t width, int32_t height,
			   double scale, int64_t now)
{
	if (resize->input == NULL || width <= 0 || height <= 0)
		return;
	if (width != resize->width || height != resize->height) {
		resize->width = width;
		resize->height = height;
		resize->since = now;
	}
	if (!is_asked(resize) && now - resize->since >= SETTLE_MS)
		ask_guest(resize, scale);
}

int display_resize_timeout(const struct display_resize *resize, int64_t now)
{
	int64_t left = resize->since + SETTLE_MS - now;

	if (resize->input == NULL || is_asked(resize))
		return -1;
	return left > 0 ? (int)left : 0;
}
