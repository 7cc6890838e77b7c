/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SPRITE_H
#define DISPLAY_SPRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "display/picture/rect.h"
#include "vgpu/base/error.h"

/*
 * A small picture over the guest's, which shows through where it is transparent:
 * words, or the pointer. A zeroed one is empty. Main thread, with the context current.
 */
struct display_sprite {
	uint32_t texture; /* GL's; 0: it is empty */
	uint32_t program; /* GL's; 0: not made */
	int32_t width, height;
	bool multiplied;
};

void display_sprite_finish(struct display_sprite *sprite); /* takes a zeroed one */

/*
 * pixels: rows of ARGB words, the top one first; `multiplied`: colours are multiplied
 * by alpha. -1 and err if the driver takes no shader: it is empty then.
 */
int display_sprite_set(struct display_sprite *sprite, const void *pixels, int32_t width,
		       int32_t height, bool multiplied, struct base_error *err);

void display_sprite_clear(struct display_sprite *sprite);

/*
 * Draws it into a place of the window, which is counted from the top left corner, in
 * pixels of the screen. An empty one draws nothing.
 */
void display_sprite_draw(const struct display_sprite *sprite, const struct display_rect *place,
			 int32_t window_height);

#endif
