/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_TEXT_H
#define DISPLAY_TEXT_H

#include <stdint.h>

#include "vgpu/base/error.h"

/* Words as pixels: white on a dark, translucent background. */
struct display_text {
	uint32_t width, height; /* pixels */
	/*
	 * Owned; width * height words of ARGB, the top row first, colours multiplied
	 * by alpha.
	 */
	uint8_t *pixels;
};

/*
 * Renders UTF-8 of any number of lines in the desktop's sans-serif font, `size` pixels high.
 * Lines longer than `width` pixels are broken, and everything after 1,000 bytes is cut off.
 * -1 and err when memory is short.
 */
int display_text_init(struct display_text *text, const char *words, uint32_t size, uint32_t width,
		      struct base_error *err);
void display_text_finish(struct display_text *text); /* takes a zeroed one */

#endif
