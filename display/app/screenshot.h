/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCREENSHOT_H
#define DISPLAY_SCREENSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "display/app/options.h"
#include "vgpu/base/error.h"

/* The screenshots of the window: the one that ends the viewer, and those the user asks for. */
struct display_screenshot {
	const struct display_options *options; /* borrowed */
	bool wanted;			       /* the user asked for one */
};

/*
 * True when the screenshot that ends the viewer may be taken: `frames` were shown since the
 * first picture, which came `age_ms` ago, and nothing has changed for `still_ms`. The first
 * picture may come in parts (QEMU sends the rows of a text screen one by one), so it gets a
 * moment to become complete. That time is limited, because a picture may never stop moving.
 */
bool display_screenshot_is_final(const struct display_screenshot *shot, int64_t frames,
				 int64_t age_ms, int64_t still_ms);

/*
 * Reads what is drawn in a window of that size, in pixels, before it is presented. Writes
 * the screenshot that the user asked for, named after `title`, and if `final` is set the
 * one that ends the viewer. -1 and err if the latter cannot be written.
 */
int display_screenshot_take(struct display_screenshot *shot, const char *title, bool final,
			    int32_t width, int32_t height, struct base_error *err);

#endif
