/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_VIEW_H
#define DISPLAY_VIEW_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Where the picture lies in the window: pixel for pixel, in the middle; only a
 * picture that does not fit is made smaller. All sizes in pixels of the screen.
 */
struct display_view {
	int32_t x, y, width, height;		/* from the top left corner */
	uint32_t picture_width, picture_height; /* the guest's; 0: no picture */
};

struct display_view display_view_place(int32_t window_width, int32_t window_height,
				       uint32_t picture_width, uint32_t picture_height);

/* True if one pixel of the guest is one pixel of the screen. */
bool display_view_is_exact(const struct display_view *view);

/*
 * The guest's pixel under a place of the window, in pixels of the screen; the
 * nearest one for a place beside the picture. False without a picture.
 */
bool display_view_to_guest(const struct display_view *view, int32_t x, int32_t y, int32_t *guest_x,
			   int32_t *guest_y);

#endif
