/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/window.h"

#include <string.h>

#include "vgpu/base/log.h"

#define INITIAL_WIDTH  640
#define INITIAL_HEIGHT 480

static const char *shown(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : "unset";
}

/* libwayland prints a complaint of its own where it cannot even look for a socket. */
static bool may_try_wayland(void)
{
	const char *display = getenv("WAYLAND_DISPLAY");

	return getenv("XDG_RUNTIME_DIR") != NULL || getenv("WAYLAND_SOCKET") != NULL ||
	       (display != NULL && display[0] == '/');
}

int display_window_connect(struct base_error *err)
{
	/* Without this SDL goes on to the console (kmsdrm) or to nowhere (offscreen). */
	if (getenv("SDL_VIDEODRIVER") == NULL)
		SDL_SetHint(SDL_HINT_VIDEODRIVER, may_try_wayland() ? "wayland,x11" : "x11");
	SDL_SetHint(SDL_HINT_VIDEO_X11_FORCE_EGL, "1");
	SDL_SetHint(SDL_HINT_OPENGL_ES_DRIVER, "1");
	SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
	SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
	SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
	SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
	SDL_SetHint(SDL_HINT_APP_NAME, "vgpu-display");
	if (SDL_Init(SDL_INIT_VIDEO) == 0)
		return 0;
	base_debug("SDL says: %s", SDL_GetError());
	return base_error_set(err, BASE_FAILED,
			      "cannot open a window: no display server answers (WAYLAND_DISPLAY is "
			      "%s, XDG_RUNTIME_DIR is %s, DISPLAY is %s): run it in a graphical "
			      "session",
			      shown("WAYLAND_DISPLAY"), shown("XDG_RUNTIME_DIR"), shown("DISPLAY"));
}

void display_window_disconnect(void)
{
	SDL_Quit();
}

static int create_context(struct display_window *window, struct base_error *err)
{
	window->context = SDL_GL_CreateContext(window->sdl);
	if (window->context == NULL)
		return base_error_set(err, BASE_FAILED,
				      "cannot draw: no OpenGL ES 3 by EGL on this display server "
				      "(%s); install Mesa's drivers (libegl1, libgl1-mesa-dri)",
				      SDL_GetError());
	/* Where the display server cannot, frames are shown at once. */
	if (SDL_GL_SetSwapInterval(1) < 0)
		base_debug("no swap interval: %s", SDL_GetError());
	return 0;
}

static void set_attributes(void)
{
	SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_ES);
	SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
	SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 0);
	SDL_GL_SetAttribute(SDL_GL_RED_SIZE, 8);
	SDL_GL_SetAttribute(SDL_GL_GREEN_SIZE, 8);
	SDL_GL_SetAttribute(SDL_GL_BLUE_SIZE, 8);
	SDL_GL_SetAttribute(SDL_GL_ALPHA_SIZE, 0);
	SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
	SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
}

int display_window_init(struct display_window *window, const char *title, struct base_error *err)
{
	*window = (struct display_window){ 0 };
	set_attributes();
	window->sdl = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
				       INITIAL_WIDTH, INITIAL_HEIGHT,
				       SDL_WINDOW_OPENGL | SDL_WINDOW_ALLOW_HIGHDPI |
					       SDL_WINDOW_RESIZABLE | SDL_WINDOW_HIDDEN);
	if (window->sdl == NULL)
		return base_error_set(err, BASE_FAILED,
				      "cannot open a window with OpenGL ES by EGL: %s; install "
				      "Mesa's drivers (libegl1, libgl1-mesa-dri)",
				      SDL_GetError());
	/* Keys are the guest's, not an input method's. */
	SDL_StopTextInput();
	return create_context(window, err);
}

void display_window_finish(struct display_window *window)
{
	if (window->cursor != NULL)
		SDL_FreeCursor(window->cursor);
	if (window->context != NULL)
		SDL_GL_DeleteContext(window->context);
	if (window->sdl != NULL)
		SDL_DestroyWindow(window->sdl);
	*window = (struct display_window){ 0 };
}

void display_window_show(struct display_window *window)
{
	SDL_ShowWindow(window->sdl);
}

bool display_window_is_visible(const struct display_window *window)
{
	return !(SDL_GetWindowFlags(window->sdl) & (SDL_WINDOW_HIDDEN | SDL_WINDOW_MINIMIZED));
}

void display_window_set_title(struct display_window *window, const char *title)
{
	SDL_SetWindowTitle(window->sdl, title);
}

/* Pixels for each point, as a fraction that keeps its exact value. */
static void scale(const struct display_window *window, int32_t *pixels, int32_t *points)
{
	int32_t width, height, rest;

	display_window_size(window, &width, &height);
	SDL_GetWindowSize(window->sdl, points, &rest);
	*pixels = width;
	if (*pixels <= 0 || *points <= 0)
		*pixels = *points = 1;
}

/* Rounded up: a picture with a black edge is whole, a scaled one is not sharp. */
static int32_t to_points(uint32_t length, int32_t pixels, int32_t points)
{
	return (int32_t)(((int64_t)length * points + pixels - 1) / pixels);
}

void display_window_resize(struct display_window *window, uint32_t width, uint32_t height)
{
	int32_t pixels, points;

	if (width == 0 || height == 0 ||
	    (width == window->wanted_width && height == window->wanted_height))
		return;
	window->wanted_width = width;
	window->wanted_height = height;
	if (SDL_GetWindowFlags(window->sdl) & (SDL_WINDOW_MAXIMIZED | SDL_WINDOW_FULLSCREEN))
		return;
	scale(window, &pixels, &points);
	SDL_SetWindowSize(window->sdl, to_points(width, pixels, points),
			  to_points(height, pixels, points));
}

void display_window_size(const struct display_window *window, int32_t *width, int32_t *height)
{
	SDL_GL_GetDrawableSize(window->sdl, width, height);
}

void display_window_to_pixels(const struct display_window *window, int32_t *x, int32_t *y)
{
	int32_t pixels, points;

	scale(window, &pixels, &points);
	*x = (int32_t)((int64_t)*x * pixels / points);
	*y = (int32_t)((int64_t)*y * pixels / points);
}

static SDL_Cursor *make_cursor(const struct display_cursor *cursor)
{
	SDL_Surface *surface =
		SDL_CreateRGBSurfaceWithFormatFrom(cursor->pixels, cursor->width, cursor->height,
						   32, cursor->width * 4, SDL_PIXELFORMAT_ARGB8888);
	SDL_Cursor *made = NULL;

	if (surface != NULL)
		made = SDL_CreateColorCursor(surface, cursor->hot_x, cursor->hot_y);
	if (made == NULL)
		base_debug("cannot show the guest's cursor: %s", SDL_GetError());
	SDL_FreeSurface(surface);
	return made;
}

void display_window_set_cursor(struct display_window *window, const struct display_cursor *cursor)
{
	SDL_Cursor *made = cursor->pixels != NULL ? make_cursor(cursor) : NULL;

	SDL_SetCursor(made != NULL ? made : SDL_GetDefaultCursor());
	if (window->cursor != NULL)
		SDL_FreeCursor(window->cursor);
	window->cursor = made;
}

void display_window_show_cursor(bool visible)
{
	SDL_ShowCursor(visible ? SDL_ENABLE : SDL_DISABLE);
}

void display_window_present(struct display_window *window)
{
	SDL_GL_SwapWindow(window->sdl);
}
