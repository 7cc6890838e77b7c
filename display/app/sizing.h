/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SIZING_H
#define DISPLAY_SIZING_H

#include <stdbool.h>
#include <stdint.h>

#include "display/decide/screen.h"
#include "display/picture/view.h"
#include "display/window/resize.h"
#include "display/window/window.h"

/*
 * How large the window is: it has the size of the guest's picture until the user resizes
 * it. Times are display_clock_ms(). Main thread only.
 */
struct display_sizing {
	struct display_window *window; /* borrowed */
	struct display_resize *resize; /* borrowed */
	bool shown;		       /* the window is on the screen */
	int64_t asked;		       /* when the window was last asked for a size */
};

/* Begins a run of the VM, whose picture is likely to have this size; 0: not known. */
void display_sizing_begin(struct display_sizing *sizing, uint32_t width, uint32_t height,
			  int64_t now);

/* Called when the picture's size or the scale may have changed. */
void display_sizing_follow(struct display_sizing *sizing, const struct display_screen *screen,
			   enum display_scale scale, int64_t now);

/* Puts the window on the screen, with the picture's size if there is one. */
void display_sizing_show(struct display_sizing *sizing, const struct display_screen *screen,
			 int64_t now);

/* Whether the desktop has given the window the size it was asked for, or will not. */
bool display_sizing_is_settled(const struct display_sizing *sizing,
			       const struct display_screen *screen, int64_t now);

#endif
