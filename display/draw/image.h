/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_IMAGE_H
#define DISPLAY_IMAGE_H

#include <stdint.h>

#include "vgpu/base/error.h"

/* A copy of the window's content: rows of RGB bytes, the bottom row first, as GL reads them. */
struct display_image {
	int32_t width, height;
	uint8_t *pixels; /* owned */
};

/*
 * Reads what was drawn in a window of that size and is not presented yet. -1 and err when
 * memory is short. Main thread, with the context current.
 */
int display_image_init(struct display_image *image, int32_t width, int32_t height,
		       struct base_error *err);
void display_image_finish(struct display_image *image); /* takes a zeroed one */

/*
 * Writes it as PNG: at any moment the file is either complete or the old one. -1 and err if
 * it cannot be written.
 */
int display_image_write(const struct display_image *image, const char *path,
			struct base_error *err);

/*
 * As display_image_write, to the first free name of DIRECTORY/NAME-0001.png, -0002.png ...
 * Each character of `name` that is not a letter, a digit, ".", "-" or "_" becomes "_". *path
 * gets the file's name, owned by the caller.
 */
int display_image_write_numbered(const struct display_image *image, const char *directory,
				 const char *name, char **path, struct base_error *err);

#endif
