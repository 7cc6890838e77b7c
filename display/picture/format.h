/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_FORMAT_H
#define DISPLAY_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

/* How a pixel is laid out in memory, in terms of OpenGL ES 3. */
enum display_packing {
	DISPLAY_PACKING_4_BYTES,
	DISPLAY_PACKING_3_BYTES,
	DISPLAY_PACKING_565,
	DISPLAY_PACKING_2_10_10_10,
	DISPLAY_PACKING_1_5_5_5, /* not in ES 3: stored as XR24 */
};

struct display_format {
	uint32_t fourcc; /* drm_fourcc.h */
	uint32_t pixman; /* the same layout as PIXMAN_..., 0 if pixman has none */
	enum display_packing packing;
	uint8_t bytes; /* per pixel */
	/* Which component of the packing is red, green and blue, for example "zyx". */
	char order[4];
};

/* NULL if the viewer does not know it. */
const struct display_format *display_format_find(uint32_t fourcc);
const struct display_format *display_format_find_pixman(uint32_t pixman);

/* Whether the viewer accepts dma-bufs of this format. */
bool display_format_is_importable(uint32_t fourcc);

#define DISPLAY_FORMAT_NAME_SIZE 16

/* The name, such as "XR24", or the number if it is not printable. */
const char *display_format_name(uint32_t fourcc, char name[DISPLAY_FORMAT_NAME_SIZE]);

#endif
