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
 * The SDL window with its OpenGL ES context. Sizes in pixels of the screen
 * unless they are called points: SDL's unit, which is larger where the desktop
 * scales. Main thread only.
 */
struct display_window {
	SDL_Window *sdl;
	SDL_GLContext context;
	bool has_buffer_age;		      /* EGL tells of the buffer that is drawn into next */
	struct display_frame_clock clock;     /* of what is presented */
	SDL_Cursor *cursor;		      /* the guest's; NULL: the system's */
	uint32_t wanted_width, wanted_height; /* what was asked for last */
	int32_t wanted_scale;		      /* the desktop's then, in parts of Wayland's */
};

/* What the window is to be when it is shown. */
struct display_window_shape {
	bool fullscreen, borderless;
	const char *monitor; /* of fullscreen, display_monitor_find's; NULL: the desktop's choice */
};

/*
 * Connects to the display server. -1 and err, which says what was tried, if
 * there is none.
 */
int display_window_connect(struct base_error *err);
void display_window_disconnect(void);

/*
 * A window of some size, not on the screen yet; its context is current. -1 and err
 * also if there is no such monitor.
 */
int display_window_init(struct display_window *window, const char *title,
			const struct display_window_shape *shape, struct base_error *err);
void display_window_finish(struct display_window *window); /* takes a zeroed one */

/* Ends the process where the compositor goes while it waits for that: SDL would wait on. */
void display_window_show(struct display_window *window);

/*
 * False for one that is hidden or minimised as far as the desktop tells: one on Wayland
 * does not, see display_window_pending_since.
 */
bool display_window_is_visible(const struct display_window *window);

/* The whole screen, or a window again. */
void display_window_set_fullscreen(struct display_window *window, bool fullscreen);
bool display_window_is_fullscreen(const struct display_window *window);

/* One that is too long is cut. */
void display_window_set_title(struct display_window *window, const char *title);

/*
 * Asks for room for a picture of that size; the desktop has the last word. Not
 * again for a size that was asked for already at the scale that the desktop has.
 */
void display_window_resize(struct display_window *window, uint32_t width, uint32_t height);

void display_window_size(const struct display_window *window, int32_t *width, int32_t *height);

/* Pixels a point. */
double display_window_scale(const struct display_window *window);

/*
 * True once the desktop has another scale than when a size was asked for: the window
 * keeps its points, and so has other pixels.
 */
bool display_window_is_rescaled(const struct display_window *window);

/* False for one that somebody has given another size than the one asked for. */
bool display_window_has_wanted_size(const struct display_window *window);

/*
 * A place in points, as events have it, in pixels. The window's last point is its
 * last pixel.
 */
void display_window_to_pixels(const struct display_window *window, int32_t *x, int32_t *y);

/*
 * Shape of the pointer over the window, `size` points for each of its pixels;
 * cursor->pixels NULL: the system's.
 */
void display_window_set_cursor(struct display_window *window, const struct display_cursor *cursor,
			       double size);
void display_window_show_cursor(bool visible);

/* The monitor's, in hertz; 0 where the desktop does not say. */
int display_window_rate(const struct display_window *window);

/*
 * Whether present waits for the monitor (where the desktop can) or never does. On
 * Wayland it never does: display_window_pending_since tells when to present.
 */
void display_window_set_vsync(const struct display_window *window, bool on);

/*
 * Returns when there is a buffer to draw into: on X11, Mesa presents without waiting
 * and waits for a buffer at the first OpenGL call that needs one, when the picture
 * that is to be drawn has been chosen already.
 */
void display_window_await_buffer(const struct display_window *window);

/*
 * Shows what was drawn. The compositor may not have taken the one before: with vsync
 * that is to be waited for until it is no longer pending.
 */
void display_window_present(struct display_window *window);

/*
 * display_clock_ns() since when the compositor has not taken what was presented last; 0: it
 * has. One that does not for long does not show the window to anybody. Elsewhere always 0.
 */
int64_t display_window_pending_since(const struct display_window *window);

/* When the compositor took the last picture that it took; 0: not known. */
int64_t display_window_taken_at(const struct display_window *window);

#endif
