/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_STAMP_H
#define TOOLS_STAMP_H

#include "tests/lab/gvtsim/pattern.h"

/* Reads the stamp of a picture that is one whole gvtsim pattern; false if there is none. */
static inline bool stamp_read(const struct pattern_image *image, struct pattern_stamp *stamp)
{
	struct pattern_layout layout = pattern_layout(image->width, image->height);
	uint32_t words[PATTERN_STAMP_WORDS] = { 0 };

	for (int bit = 0; bit < 32 * PATTERN_STAMP_WORDS; bit++) {
		const uint8_t *pixel =
			pattern_at(image, layout.stamp.x + bit % 32 * layout.cell + 1,
				   layout.stamp.y + bit / 32 * layout.cell + 1);

		words[bit / 32] = words[bit / 32] << 1 | (*pixel != 0);
	}
	return pattern_stamp_decode(words, stamp);
}

#endif
