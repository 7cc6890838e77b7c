/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_OVERLAY_H
#define DISPLAY_OVERLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "display/draw/sprite.h"

enum display_overlay_place {
	DISPLAY_OVERLAY_CORNER, /* top left */
	DISPLAY_OVERLAY_MIDDLE,
};

/*
 * Words over the picture; cost nothing while there are none. Main thread, with the context
 * current.
 */
struct display_overlay {
	enum display_overlay_place place;
	char *words;		      /* owned; NULL: nothing is shown */
	uint32_t size;		      /* of the font when the words were rendered; pixels */
	int32_t room;		      /* the window's width at that time; pixels */
	struct display_sprite sprite; /* the rendered words; empty: not rendered yet */
};

void display_overlay_finish(struct display_overlay *overlay); /* takes a zeroed one */

/* Sets the words; NULL: none. True if they have changed. */
bool display_overlay_set(struct display_overlay *overlay, const char *words);

/* Draws over a window of that size, in pixels; `scale` is the number of pixels in a point. */
void display_overlay_draw(struct display_overlay *overlay, int32_t window_width,
			  int32_t window_height, double scale);

#endif
