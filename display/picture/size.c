/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/picture/size.h"

int display_size_check(uint32_t width, uint32_t height, struct base_error *err)
{
	if (width == 0 || height == 0 || width > DISPLAY_SIZE_MAX || height > DISPLAY_SIZE_MAX ||
	    (uint64_t)width * height * 4 > DISPLAY_SIZE_BYTES_MAX)
		return base_error_set(err, BASE_FAILED, "%ux%u is not the size of a picture", width,
				      height);
	return 0;
}
