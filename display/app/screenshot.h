/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCREENSHOT_H
#define DISPLAY_SCREENSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "display/app/options.h"
#include "vgpu/base/error.h"

/* The screenshots of the window: one that ends the viewer, and those asked for. */
struct display_screenshot {
	const struct display_options *options; /* borrowed */
	bool wanted;			       /* somebody asked for one */
};

/*
 * True when the one that ends the viewer may be taken: `frames` were shown since
 * the first picture, which was there for `age_ms`, and nothing has changed for
 * `still_ms`. The first picture may come in parts (QEMU hands out the rows of a text
 * screen one by one): it is given a moment to be whole, which a picture that always
 * moves does not have for ever.
 */
bool display_screenshot_is_final(const struct display_screenshot *shot, int64_t frames,
				 int64_t age_ms, int64_t still_ms);

/*
 * Photographs what is drawn in a window of that size, in pixels, before it is
 * presented, and writes what is wanted and, if `final`, the last one. Title
 * names the former. -1 and err if the last one cannot be written.
 */
int display_screenshot_take(struct display_screenshot *shot, const char *title, bool final,
			    int32_t width, int32_t height, struct base_error *err);

#endif
