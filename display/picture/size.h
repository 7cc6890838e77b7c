/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SIZE_H
#define DISPLAY_SIZE_H

#include <stdint.h>

#include "vgpu/base/error.h"

#define DISPLAY_SIZE_MAX       16384u		     /* pixels a side */
#define DISPLAY_SIZE_BYTES_MAX (UINT64_C(512) << 20) /* of memory, at four bytes a pixel */

/* -1 and err for a size in pixels that is 0 or too large. */
int display_size_check(uint32_t width, uint32_t height, struct base_error *err);

#endif
