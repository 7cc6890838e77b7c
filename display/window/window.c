/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/window/window.h"

#include <SDL_syswm.h>
#include <epoxy/egl.h>
#include <string.h>

#include "display/picture/clock.h"
#include "display/window/caption.h"
#include "display/window/monitor.h"
#include "display/window/watchdog.h"
#include "vgpu/base/log.h"

#define INITIAL_WIDTH  640
#define INITIAL_HEIGHT 480
#define SCALE_UNITS    120 /* Wayland gives a desktop's scale in units of 1/120 */
#define MAX_STEP       24  /* points; with more the black edge would be too wide */

static const char *value_of(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : "unset";
}

/* libwayland prints its own error if it does not know where to look for a socket. */
static bool may_try_wayland(void)
{
	const char *display = getenv("WAYLAND_DISPLAY");

	return getenv("XDG_RUNTIME_DIR") != NULL || getenv("WAYLAND_SOCKET") != NULL ||
	       (display != NULL && display[0] == '/');
}

int display_window_connect(struct base_error *err)
{
	/* Otherwise SDL would also try the console (kmsdrm) and no display at all (offscreen). */
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
			      "%s, XDG_RUNTIME_DIR is %s, DISPLAY is %s): run the viewer in a "
			      "graphical session",
			      value_of("WAYLAND_DISPLAY"), value_of("XDG_RUNTIME_DIR"),
			      value_of("DISPLAY"));
}

void display_window_disconnect(void)
{
	SDL_Quit();
}

int display_window_rate(const struct display_window *window)
{
	SDL_DisplayMode mode;

	return SDL_GetCurrentDisplayMode(SDL_GetWindowDisplayIndex(window->sdl), &mode) == 0
		       ? mode.refresh_rate
		       : 0;
}

/*
 * Always off on Wayland: SDL would wait for a frame callback before it presents, even if none
 * comes because the window is hidden (SDL_waylandopengles.c).
 */
void display_window_set_vsync(const struct display_window *window, bool on)
{
	/* If the display server does not support it, frames are shown at once. */
	if (SDL_GL_SetSwapInterval(on && window->clock.compositor == NULL ? 1 : 0) < 0)
		base_debug("no swap interval: %s", SDL_GetError());
}

static void init_clock(struct display_window *window)
{
#ifdef SDL_VIDEO_DRIVER_WAYLAND
	SDL_SysWMinfo info = { 0 };

	SDL_VERSION(&info.version);
	if (SDL_GetWindowWMInfo(window->sdl, &info) && info.subsystem == SDL_SYSWM_WAYLAND)
		display_frame_clock_init(&window->clock, info.info.wl.display,
					 info.info.wl.surface);
#else
	(void)window;
#endif
}

static int create_context(struct display_window *window, struct base_error *err)
{
	window->context = SDL_GL_CreateContext(window->sdl);
	if (window->context == NULL)
		return base_error_set(err, BASE_FAILED,
				      "cannot draw: no OpenGL ES 3 with EGL on this display server "
				      "(%s); install Mesa's drivers (libegl1, libgl1-mesa-dri)",
				      SDL_GetError());
	window->has_buffer_age =
		epoxy_has_egl_extension(eglGetCurrentDisplay(), "EGL_EXT_buffer_age");
	init_clock(window);
	display_window_set_vsync(window, true);
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

/* Where the window opens, in SDL's terms; -1 and err if there is no such monitor. */
static int choose_position(const char *monitor, int *position, struct base_error *err)
{
	int number = monitor != NULL ? display_monitor_find(monitor, err) : 0;

	*position = monitor != NULL ? (int)SDL_WINDOWPOS_CENTERED_DISPLAY((unsigned int)number)
				    : (int)SDL_WINDOWPOS_UNDEFINED;
	return number < 0 ? -1 : 0;
}

int display_window_init(struct display_window *window, const char *title,
			const struct display_window_shape *shape, struct base_error *err)
{
	uint32_t flags = SDL_WINDOW_OPENGL | SDL_WINDOW_ALLOW_HIGHDPI | SDL_WINDOW_RESIZABLE |
			 SDL_WINDOW_HIDDEN;
	char caption[DISPLAY_CAPTION_SIZE];
	int position;

	*window = (struct display_window){ 0 };
	if (choose_position(shape->monitor, &position, err) < 0)
		return -1;
	set_attributes();
	display_caption_cut(caption, title);
	window->sdl = SDL_CreateWindow(caption, position, position, INITIAL_WIDTH, INITIAL_HEIGHT,
				       flags | (shape->borderless ? SDL_WINDOW_BORDERLESS : 0));
	if (window->sdl == NULL)
		return base_error_set(err, BASE_FAILED,
				      "cannot open a window with OpenGL ES and EGL: %s; install "
				      "Mesa's drivers (libegl1, libgl1-mesa-dri)",
				      SDL_GetError());
	/* Keys go to the guest, not to an input method. */
	SDL_StopTextInput();
	if (create_context(window, err) < 0)
		return -1;
	if (shape->fullscreen)
		display_window_set_fullscreen(window, true);
	return 0;
}

void display_window_finish(struct display_window *window)
{
	display_frame_clock_finish(&window->clock);
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
	struct display_watchdog watchdog;

	display_watchdog_start(&watchdog, window->clock.compositor);
	SDL_ShowWindow(window->sdl);
	display_watchdog_stop(&watchdog);
}

bool display_window_is_visible(const struct display_window *window)
{
	return !(SDL_GetWindowFlags(window->sdl) & (SDL_WINDOW_HIDDEN | SDL_WINDOW_MINIMIZED));
}

int64_t display_window_pending_since(const struct display_window *window)
{
	return window->clock.asked;
}

int64_t display_window_taken_at(const struct display_window *window)
{
	return window->clock.taken;
}

void display_window_set_fullscreen(struct display_window *window, bool fullscreen)
{
	if (SDL_SetWindowFullscreen(window->sdl, fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0) <
	    0)
		base_warning("cannot enter or leave full screen: %s", SDL_GetError());
	/* The guest may have changed its size in full screen, so ask for a size again. */
	window->wanted_width = window->wanted_height = 0;
}

bool display_window_is_fullscreen(const struct display_window *window)
{
	return SDL_GetWindowFlags(window->sdl) & SDL_WINDOW_FULLSCREEN_DESKTOP;
}

void display_window_set_title(struct display_window *window, const char *title)
{
	char caption[DISPLAY_CAPTION_SIZE];

	display_caption_cut(caption, title);
	SDL_SetWindowTitle(window->sdl, caption);
}

/* The pixels per point, as an exact fraction. */
static void get_scale(const struct display_window *window, int32_t *pixels, int32_t *points)
{
	int32_t width, height, rest;

	display_window_size(window, &width, &height);
	SDL_GetWindowSize(window->sdl, points, &rest);
	*pixels = width;
	if (*pixels <= 0 || *points <= 0)
		*pixels = *points = 1;
}

/* The desktop's scale in SCALE_UNITS. */
static int32_t scale_in_units(int32_t pixels, int32_t points)
{
	return (int32_t)((2LL * SCALE_UNITS * pixels + points) / (2LL * points));
}

/*
 * The fewest points that are a whole number of pixels, or 1 if that would need a wide black
 * edge. The desktop rounds each edge of a window to a pixel. With another length the window is
 * a pixel larger or smaller at some places, and the picture is stretched to that size.
 */
static int32_t points_step(int32_t pixels, int32_t points)
{
	int32_t rest = scale_in_units(pixels, points);
	int32_t step = SCALE_UNITS;

	while (rest != 0) {
		int32_t divisor = rest;

		rest = step % rest;
		step = divisor;
	}
	return SCALE_UNITS / step <= MAX_STEP ? SCALE_UNITS / step : 1;
}

/* Rounded up, because a black edge is better than a picture that is scaled and not sharp. */
static int32_t to_points(uint32_t length, int32_t pixels, int32_t points)
{
	int32_t step = points_step(pixels, points);
	int64_t fitting = ((int64_t)length * points + pixels - 1) / pixels;

	return (int32_t)((fitting + step - 1) / step * step);
}

static void points_wanted(const struct display_window *window, int32_t *width, int32_t *height)
{
	int32_t pixels, points;

	get_scale(window, &pixels, &points);
	*width = to_points(window->wanted_width, pixels, points);
	*height = to_points(window->wanted_height, pixels, points);
}

/* A change of 1 is ignored, because a length may not be a whole number of pixels. */
bool display_window_is_rescaled(const struct display_window *window)
{
	int32_t pixels, points, change;

	get_scale(window, &pixels, &points);
	change = scale_in_units(pixels, points) - window->wanted_scale;
	return window->wanted_scale != 0 && (change > 1 || change < -1);
}

void display_window_resize(struct display_window *window, uint32_t width, uint32_t height)
{
	int32_t points_width, points_height, pixels, points;

	if (width == 0 || height == 0 ||
	    (width == window->wanted_width && height == window->wanted_height &&
	     !display_window_is_rescaled(window)))
		return;
	get_scale(window, &pixels, &points);
	window->wanted_scale = scale_in_units(pixels, points);
	window->wanted_width = width;
	window->wanted_height = height;
	if (SDL_GetWindowFlags(window->sdl) & (SDL_WINDOW_MAXIMIZED | SDL_WINDOW_FULLSCREEN))
		return;
	points_wanted(window, &points_width, &points_height);
	SDL_SetWindowSize(window->sdl, points_width, points_height);
}

bool display_window_has_wanted_size(const struct display_window *window)
{
	int32_t width, height, wanted_width, wanted_height;

	SDL_GetWindowSize(window->sdl, &width, &height);
	points_wanted(window, &wanted_width, &wanted_height);
	return width == wanted_width && height == wanted_height;
}

void display_window_size(const struct display_window *window, int32_t *width, int32_t *height)
{
	SDL_GL_GetDrawableSize(window->sdl, width, height);
}

double display_window_scale(const struct display_window *window)
{
	int32_t pixels, points;

	get_scale(window, &pixels, &points);
	return (double)pixels / points;
}

/* Maps the first and last point to the first and last pixel, and the others in proportion. */
static int32_t to_pixels(int32_t at, int32_t pixels, int32_t points)
{
	if (points <= 1)
		return at;
	return (int32_t)((int64_t)at * (pixels - 1) / (points - 1));
}

void display_window_to_pixels(const struct display_window *window, int32_t *x, int32_t *y)
{
	int32_t width, height, points_width, points_height;

	display_window_size(window, &width, &height);
	SDL_GetWindowSize(window->sdl, &points_width, &points_height);
	*x = to_pixels(*x, width, points_width);
	*y = to_pixels(*y, height, points_height);
}

/* Scales a shape to a size in points, because SDL takes one cursor pixel as one point. */
static SDL_Surface *scale_shape(SDL_Surface *shape, double size)
{
	int width = (int)(shape->w * size + 0.5), height = (int)(shape->h * size + 0.5);
	SDL_Surface *scaled = SDL_CreateRGBSurfaceWithFormat(
		0, width > 0 ? width : 1, height > 0 ? height : 1, 32, SDL_PIXELFORMAT_ARGB8888);

	if (scaled != NULL) {
		SDL_SetSurfaceBlendMode(shape, SDL_BLENDMODE_NONE);
		SDL_BlitScaled(shape, NULL, scaled, NULL);
	}
	return scaled;
}

static SDL_Cursor *make_cursor(const struct display_cursor *cursor, double size)
{
	SDL_Surface *shape =
		SDL_CreateRGBSurfaceWithFormatFrom(cursor->pixels, cursor->width, cursor->height,
						   32, cursor->width * 4, SDL_PIXELFORMAT_ARGB8888);
	SDL_Surface *scaled = shape != NULL && size != 1 ? scale_shape(shape, size) : NULL;
	SDL_Cursor *made = NULL;

	if (scaled != NULL)
		made = SDL_CreateColorCursor(scaled, (int)(cursor->hot_x * size),
					     (int)(cursor->hot_y * size));
	else if (shape != NULL)
		made = SDL_CreateColorCursor(shape, cursor->hot_x, cursor->hot_y);
	if (made == NULL)
		base_debug("cannot show the guest's cursor: %s", SDL_GetError());
	SDL_FreeSurface(scaled);
	SDL_FreeSurface(shape);
	return made;
}

void display_window_set_cursor(struct display_window *window, const struct display_cursor *cursor,
			       double size)
{
	SDL_Cursor *made = cursor->pixels != NULL ? make_cursor(cursor, size) : NULL;

	SDL_SetCursor(made != NULL ? made : SDL_GetDefaultCursor());
	if (window->cursor != NULL)
		SDL_FreeCursor(window->cursor);
	window->cursor = made;
}

void display_window_show_cursor(bool visible)
{
	SDL_ShowCursor(visible ? SDL_ENABLE : SDL_DISABLE);
}

void display_window_await_buffer(const struct display_window *window)
{
	EGLint age;

	/* EGL can tell a buffer's age only after it has got the buffer. */
	if (window->has_buffer_age)
		eglQuerySurface(eglGetCurrentDisplay(), eglGetCurrentSurface(EGL_DRAW),
				EGL_BUFFER_AGE_EXT, &age);
}

void display_window_present(struct display_window *window)
{
	display_frame_clock_ask(&window->clock, display_clock_ns());
	SDL_GL_SwapWindow(window->sdl);
}
