/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_VIEW_H
#define DISPLAY_VIEW_H

#include <stdbool.h>
#include <stdint.h>

/* How large the picture is in a window of another size. */
enum display_scale {
	DISPLAY_SCALE_EXACT,   /* pixel for pixel */
	DISPLAY_SCALE_INTEGER, /* each pixel is a square, as large as fits */
	DISPLAY_SCALE_FIT,     /* as large as fits */
};

#define DISPLAY_SCALE_LAST DISPLAY_SCALE_FIT

/* How the user wants the picture to be placed. */
struct display_layout {
	enum display_scale scale;
	bool smooth; /* an enlarged picture may be blurred */
};

/* Where a screen pixel gets its colour from. */
enum display_filter {
	DISPLAY_FILTER_NEAREST, /* from one pixel of the picture */
	DISPLAY_FILTER_SHARP,	/* from one pixel; from two or four where their edges meet */
	DISPLAY_FILTER_SMOOTH,	/* from four pixels of the picture */
};

/*
 * Where the picture is in the window: in the middle, and never larger than the window. A
 * picture that does not fit is made smaller with all three scales. All sizes are in screen
 * pixels.
 */
struct display_view {
	int32_t x, y, width, height;		/* from the top left corner */
	uint32_t picture_width, picture_height; /* the guest's; 0: no picture */
	enum display_filter filter;
};

struct display_view display_view_place(const struct display_layout *layout, int32_t window_width,
				       int32_t window_height, uint32_t picture_width,
				       uint32_t picture_height);

/*
 * The guest's pixel under a place of the window, in screen pixels; the nearest one if the
 * place is beside the picture. The picture's edges can always be reached, because a guest may
 * wait for the pointer there. False without a picture.
 */
bool display_view_to_guest(const struct display_view *view, int32_t x, int32_t y, int32_t *guest_x,
			   int32_t *guest_y);

#endif
