/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/picture/format.h"

#include <ctype.h>
#include <drm_fourcc.h>
#include <stddef.h>
#include <stdio.h>

/* The numbering of pixman.h, which is part of QEMU's D-Bus interface. */
#define PIXMAN(bits, type, a, r, g, b)                                                             \
	((uint32_t)(bits) << 24 | (type) << 16 | (a) << 12 | (r) << 8 | (g) << 4 | (b))
#define ARGB 2u
#define ABGR 3u
#define BGRA 8u
#define RGBA 9u

/* For little-endian hosts only, such as all with GVT-g: pixman's and fourcc's words agree. */
static const struct display_format formats[] = {
	{ DRM_FORMAT_XRGB8888, PIXMAN(32, ARGB, 0, 8, 8, 8), DISPLAY_PACKING_4_BYTES, 4, "zyx" },
	{ DRM_FORMAT_ARGB8888, PIXMAN(32, ARGB, 8, 8, 8, 8), DISPLAY_PACKING_4_BYTES, 4, "zyx" },
	{ DRM_FORMAT_XBGR8888, PIXMAN(32, ABGR, 0, 8, 8, 8), DISPLAY_PACKING_4_BYTES, 4, "xyz" },
	{ DRM_FORMAT_ABGR8888, PIXMAN(32, ABGR, 8, 8, 8, 8), DISPLAY_PACKING_4_BYTES, 4, "xyz" },
	{ DRM_FORMAT_BGRX8888, PIXMAN(32, BGRA, 0, 8, 8, 8), DISPLAY_PACKING_4_BYTES, 4, "yzw" },
	{ DRM_FORMAT_BGRA8888, PIXMAN(32, BGRA, 8, 8, 8, 8), DISPLAY_PACKING_4_BYTES, 4, "yzw" },
	{ DRM_FORMAT_RGBX8888, PIXMAN(32, RGBA, 0, 8, 8, 8), DISPLAY_PACKING_4_BYTES, 4, "wzy" },
	{ DRM_FORMAT_RGBA8888, PIXMAN(32, RGBA, 8, 8, 8, 8), DISPLAY_PACKING_4_BYTES, 4, "wzy" },
	{ DRM_FORMAT_RGB888, PIXMAN(24, ARGB, 0, 8, 8, 8), DISPLAY_PACKING_3_BYTES, 3, "zyx" },
	{ DRM_FORMAT_BGR888, PIXMAN(24, ABGR, 0, 8, 8, 8), DISPLAY_PACKING_3_BYTES, 3, "xyz" },
	{ DRM_FORMAT_RGB565, PIXMAN(16, ARGB, 0, 5, 6, 5), DISPLAY_PACKING_565, 2, "xyz" },
	{ DRM_FORMAT_XRGB1555, PIXMAN(16, ARGB, 0, 5, 5, 5), DISPLAY_PACKING_1_5_5_5, 2, "xyz" },
	{ DRM_FORMAT_XRGB2101010, PIXMAN(32, ARGB, 0, 10, 10, 10), DISPLAY_PACKING_2_10_10_10, 4,
	  "zyx" },
	{ DRM_FORMAT_ARGB2101010, PIXMAN(32, ARGB, 2, 10, 10, 10), DISPLAY_PACKING_2_10_10_10, 4,
	  "zyx" },
	{ DRM_FORMAT_XBGR2101010, PIXMAN(32, ABGR, 0, 10, 10, 10), DISPLAY_PACKING_2_10_10_10, 4,
	  "xyz" },
	{ DRM_FORMAT_ABGR2101010, PIXMAN(32, ABGR, 2, 10, 10, 10), DISPLAY_PACKING_2_10_10_10, 4,
	  "xyz" },
};

#define N_FORMATS (sizeof(formats) / sizeof(formats[0]))

const struct display_format *display_format_find(uint32_t fourcc)
{
	for (size_t i = 0; i < N_FORMATS; i++) {
		if (formats[i].fourcc == fourcc)
			return &formats[i];
	}
	return NULL;
}

const struct display_format *display_format_find_pixman(uint32_t pixman)
{
	for (size_t i = 0; i < N_FORMATS; i++) {
		if (formats[i].pixman == pixman)
			return &formats[i];
	}
	return NULL;
}

bool display_format_is_importable(uint32_t fourcc)
{
	const struct display_format *format = display_format_find(fourcc);

	return format != NULL && format->packing != DISPLAY_PACKING_1_5_5_5;
}

const char *display_format_name(uint32_t fourcc, char name[DISPLAY_FORMAT_NAME_SIZE])
{
	unsigned char c[4] = { fourcc & 0xff, fourcc >> 8 & 0xff, fourcc >> 16 & 0xff,
			       fourcc >> 24 & 0xff };

	if (isgraph(c[0]) && isgraph(c[1]) && isgraph(c[2]) && isprint(c[3]))
		snprintf(name, DISPLAY_FORMAT_NAME_SIZE, "%c%c%c%c", c[0], c[1], c[2], c[3]);
	else
		snprintf(name, DISPLAY_FORMAT_NAME_SIZE, "0x%08x", fourcc);
	return name;
}
