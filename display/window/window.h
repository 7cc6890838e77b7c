/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_WINDOW_H
#define DISPLAY_WINDOW_H

#include <SDL.h>
#include <stdbool.h>
#include <stdint.h>

#include "display/picture/cursor.h"
#include "display/window/frame-clock.h"
#include "vgpu/base/error.h"

/*
 * The SDL window with its OpenGL ES context. Sizes are in screen pixels unless they are called
 * points: SDL's unit, which is larger than a pixel if the desktop scales. Main thread only.
 */
struct display_window {
	SDL_Window *sdl;
	SDL_GLContext context;
	bool has_buffer_age;		      /* EGL can tell the age of the next buffer */
	struct display_frame_clock clock;     /* tells when the compositor takes a picture */
	SDL_Cursor *cursor;		      /* the guest's; NULL: the system's */
	uint32_t wanted_width, wanted_height; /* the size asked for last */
	int32_t wanted_scale;		      /* the desktop's scale at that time, in 1/120 */
};

/* How the window should look when it is shown. */
struct display_window_shape {
	bool fullscreen, borderless;
	const char *monitor; /* for full screen, see display_monitor_find; NULL: any */
};

/* Connects to the display server. -1 and err, which says what was tried, if there is none. */
int display_window_connect(struct base_error *err);
void display_window_disconnect(void);

/*
 * Makes a window of some size, which is not shown yet, and makes its context current. -1 and
 * err on failure, also if there is no such monitor.
 */
int display_window_init(struct display_window *window, const char *title,
			const struct display_window_shape *shape, struct base_error *err);
void display_window_finish(struct display_window *window); /* takes a zeroed one */

/* Shows the window. Ends the process if the compositor goes away meanwhile: SDL would hang. */
void display_window_show(struct display_window *window);

/*
 * False if the window is hidden or minimised, as far as the desktop says. On Wayland the
 * desktop does not say, see display_window_pending_since.
 */
bool display_window_is_visible(const struct display_window *window);

/* Fills the whole screen, or becomes a window again. */
void display_window_set_fullscreen(struct display_window *window, bool fullscreen);
bool display_window_is_fullscreen(const struct display_window *window);

/* A title that is too long is cut. */
void display_window_set_title(struct display_window *window, const char *title);

/*
 * Asks for a window with room for a picture of that size; the desktop decides. Does nothing if
 * that size was asked for already at the desktop's current scale.
 */
void display_window_resize(struct display_window *window, uint32_t width, uint32_t height);

void display_window_size(const struct display_window *window, int32_t *width, int32_t *height);

/* Pixels per point. */
double display_window_scale(const struct display_window *window);

/*
 * True if the desktop's scale has changed since a size was asked for: the window keeps its
 * size in points, so its size in pixels has changed.
 */
bool display_window_is_rescaled(const struct display_window *window);

/* False if the user or the desktop has given the window another size than the one asked for. */
bool display_window_has_wanted_size(const struct display_window *window);

/*
 * Converts a place from points, as in events, to pixels. The window's last point becomes its
 * last pixel.
 */
void display_window_to_pixels(const struct display_window *window, int32_t *x, int32_t *y);

/*
 * Sets the shape of the pointer over the window, with `size` points for each of its pixels;
 * cursor->pixels NULL: the system's pointer.
 */
void display_window_set_cursor(struct display_window *window, const struct display_cursor *cursor,
			       double size);
void display_window_show_cursor(bool visible);

/* The monitor's refresh rate in hertz; 0 if the desktop does not say. */
int display_window_rate(const struct display_window *window);

/*
 * Sets whether present waits for the monitor, if the desktop supports that. On Wayland it
 * never waits: display_window_pending_since tells when to present.
 */
void display_window_set_vsync(const struct display_window *window, bool on);

/*
 * Waits until there is a buffer to draw into. Call it before the picture is chosen: on X11,
 * Mesa does not wait in present, but at the first OpenGL call that needs a buffer, and by then
 * the chosen picture may be old.
 */
void display_window_await_buffer(const struct display_window *window);

/*
 * Presents what was drawn. With vsync, call it only when the picture before is no longer
 * pending, that is, when the compositor has taken it.
 */
void display_window_present(struct display_window *window);

/*
 * On Wayland, since when (display_clock_ns()) the last picture has been waiting for the
 * compositor to take it; 0: it was taken. If this lasts, nobody sees the window. Elsewhere
 * always 0.
 */
int64_t display_window_pending_since(const struct display_window *window);

/* When the compositor last took a picture (display_clock_ns()); 0: not known. */
int64_t display_window_taken_at(const struct display_window *window);

#endif
