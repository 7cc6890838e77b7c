/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/screenshot.h"

#include "display/draw/image.h"
#include "vgpu/base/log.h"

#define STILL_MS    300
#define RESTLESS_MS 2000

bool display_screenshot_is_final(const struct display_screenshot *shot, int64_t frames,
				 int64_t age_ms, int64_t still_ms)
{
	const struct display_options *options = shot->options;
	int64_t late_ms = age_ms - (options->after_ms > 0 ? options->after_ms : 0);

	if (options->screenshot == NULL)
		return false;
	if (options->frames >= 0)
		return frames >= options->frames;
	return late_ms >= (still_ms >= STILL_MS ? 0 : RESTLESS_MS);
}

static void write_wanted(struct display_screenshot *shot, const struct display_image *image,
			 const char *title)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	BASE_AUTO(free) char *path = NULL;

	shot->wanted = false;
	if (display_image_write_numbered(image, shot->options->directory, title, &path, &why) < 0)
		base_warning("%s", why.message);
	else
		base_info("wrote %s", path);
}

int display_screenshot_take(struct display_screenshot *shot, const char *title, bool final,
			    int32_t width, int32_t height, struct base_error *err)
{
	struct display_image image = { 0 };
	int result;

	if (!final && !shot->wanted)
		return 0;
	result = display_image_init(&image, width, height, err);
	if (result == 0 && shot->wanted)
		write_wanted(shot, &image, title);
	if (result == 0 && final)
		result = display_image_write(&image, shot->options->screenshot, err);
	display_image_finish(&image);
	return result;
}
