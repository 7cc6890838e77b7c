/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_WINDOW_H
#define DISPLAY_WINDOW_H

#include <SDL.h>
#include <stdbool.h>
#include <stdint.h>

#include "display/cursor.h"
#include "vgpu/base/error.h"

/*
 * The SDL window with its OpenGL ES context. Sizes in pixels of the screen
 * unless they are called points: SDL's unit, which is larger where the desktop
 * scales. Main thread only.
 */
struct display_window {
	SDL_Window *sdl;
	SDL_GLContext context;
	SDL_Cursor *cursor;		      /* the guest's; NULL: the system's */
	uint32_t wanted_width, wanted_height; /* what was asked for last */
};

/*
 * Connects to the display server. -1 and err, which says what was tried, if
 * there is none.
 */
int display_window_connect(struct base_error *err);
void display_window_disconnect(void);

/* A window of some size, not on the screen yet; its context is current. */
int display_window_init(struct display_window *window, const char *title, struct base_error *err);
void display_window_finish(struct display_window *window); /* takes a zeroed one */

void display_window_show(struct display_window *window);

/* False for one that is hidden or minimised: nobody sees what is drawn. */
bool display_window_is_visible(const struct display_window *window);

void display_window_set_title(struct display_window *window, const char *title);

/* Asks for room for a picture of that size; the desktop has the last word. */
void display_window_resize(struct display_window *window, uint32_t width, uint32_t height);

void display_window_size(const struct display_window *window, int32_t *width, int32_t *height);

/* A place in points, as events have it, in pixels. */
void display_window_to_pixels(const struct display_window *window, int32_t *x, int32_t *y);

/* Shape of the pointer over the window; cursor->pixels NULL: the system's. */
void display_window_set_cursor(struct display_window *window, const struct display_cursor *cursor);
void display_window_show_cursor(bool visible);

void display_window_present(struct display_window *window);

#endif
