/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_POINTER_H
#define DISPLAY_POINTER_H

#include <stdbool.h>
#include <stdint.h>

#include "display/draw/sprite.h"
#include "display/mailbox/mailbox.h"
#include "display/picture/cursor.h"
#include "display/picture/view.h"
#include "display/window/window.h"

/*
 * The guest's pointer. Its shape becomes the host's cursor over the window, which moves
 * without delay and is scaled like the picture. While the mouse is captured the host has no
 * cursor, and the pointer is drawn where the guest has it. Main thread, with the context
 * current.
 */
struct display_pointer {
	struct display_cursor shape;
	int32_t x, y; /* of the shape's corner, in pixels of the guest's picture */
	bool hidden;  /* by the guest */
	double size;  /* of the host's cursor, in points per guest pixel; 0: not made yet */
	struct display_sprite sprite; /* the shape; empty: not made yet */
};

void display_pointer_finish(struct display_pointer *pointer); /* takes a zeroed one */

/* Takes the pointer's shape and place from the update. True if one of them is new. */
bool display_pointer_take(struct display_pointer *pointer, struct display_update *update);

/* The guest is gone: shows the host's own cursor again. */
void display_pointer_reset(struct display_pointer *pointer);

/* Makes the host's cursor for a picture in that view; cheap if nothing has changed. */
void display_pointer_fit(struct display_pointer *pointer, struct display_window *window,
			 const struct display_view *view);

/* Draws it over a picture in that view, in a window of that height in pixels. */
void display_pointer_draw(struct display_pointer *pointer, const struct display_view *view,
			  int32_t window_height);

#endif
