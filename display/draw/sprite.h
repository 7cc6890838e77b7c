/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SPRITE_H
#define DISPLAY_SPRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "display/picture/rect.h"
#include "vgpu/base/error.h"

/*
 * A small picture over the guest's picture, with transparency: words, or the pointer. A
 * zeroed one is empty. Main thread, with the context current.
 */
struct display_sprite {
	uint32_t texture; /* of GL; 0: the sprite is empty */
	uint32_t program; /* of GL; 0: not made yet */
	int32_t width, height;
	bool multiplied;
};

void display_sprite_finish(struct display_sprite *sprite); /* takes a zeroed one */

/*
 * pixels: rows of ARGB words, the top row first; `multiplied`: colours are multiplied by
 * alpha. -1 and err if the driver does not accept the shader: the sprite is empty then.
 */
int display_sprite_set(struct display_sprite *sprite, const void *pixels, int32_t width,
		       int32_t height, bool multiplied, struct base_error *err);

void display_sprite_clear(struct display_sprite *sprite);

/*
 * Draws it at a place of the window, in screen pixels from the top left corner. An empty one
 * draws nothing.
 */
void display_sprite_draw(const struct display_sprite *sprite, const struct display_rect *place,
			 int32_t window_height);

#endif
