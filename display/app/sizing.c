/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/sizing.h"

#define SETTLE_MS 500

void display_sizing_begin(struct display_sizing *sizing, uint32_t width, uint32_t height,
			  int64_t now)
{
	display_window_resize(sizing->window, width, height);
	sizing->asked = now;
}

/* Whether the user has chosen the window's size, which then no longer follows the picture. */
static bool is_users(const struct display_sizing *sizing, enum display_scale scale)
{
	return sizing->resize->has_asked || (sizing->shown && scale != DISPLAY_SCALE_EXACT &&
					     !display_window_has_wanted_size(sizing->window));
}

void display_sizing_follow(struct display_sizing *sizing, const struct display_screen *screen,
			   enum display_scale scale, int64_t now)
{
	const struct display_window *window = sizing->window;
	bool has_asked =
		screen->width == window->wanted_width && screen->height == window->wanted_height;

	if ((has_asked && !display_window_is_rescaled(window)) || is_users(sizing, scale))
		return;
	display_window_resize(sizing->window, screen->width, screen->height);
	sizing->asked = now;
	display_resize_set_guest(sizing->resize, screen->width, screen->height, now);
}

void display_sizing_show(struct display_sizing *sizing, const struct display_screen *screen,
			 int64_t now)
{
	display_window_show(sizing->window);
	sizing->shown = true;
	sizing->asked = now;
	display_resize_set_guest(sizing->resize, screen->width, screen->height, now);
}

bool display_sizing_is_settled(const struct display_sizing *sizing,
			       const struct display_screen *screen, int64_t now)
{
	int32_t width, height;

	display_window_size(sizing->window, &width, &height);
	return ((uint32_t)width == screen->width && (uint32_t)height == screen->height) ||
	       now - sizing->asked > SETTLE_MS;
}
