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
 * The guest's pointer. Its shape is the host's cursor over the window, which moves
 * with no delay and is as large as the guest's pixels are. While the mouse is
 * captured the host has none, and it is drawn where the guest has it. Main thread,
 * with the context current.
 */
struct display_pointer {
	struct display_cursor shape;
	int32_t x, y; /* of the shape's corner, in pixels of the guest's picture */
	bool hidden;  /* by the guest */
	double size;  /* of the host's cursor: its points for a pixel of the guest; 0: not made */
	struct display_sprite sprite; /* the shape; empty: not made */
};

void display_pointer_finish(struct display_pointer *pointer); /* takes a zeroed one */

/* What is new of it is taken from the update. True if it looks another way now. */
bool display_pointer_take(struct display_pointer *pointer, struct display_update *update);

/* The guest has none any more: the host's is shown. */
void display_pointer_reset(struct display_pointer *pointer);

/* Makes the host's cursor for a picture that lies so; cheap if it is as it was. */
void display_pointer_fit(struct display_pointer *pointer, struct display_window *window,
			 const struct display_view *view);

/* Draws it over a picture that lies so, in a window of that height in pixels. */
void display_pointer_draw(struct display_pointer *pointer, const struct display_view *view,
			  int32_t window_height);

#endif
