/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_MAPPING_H
#define DISPLAY_MAPPING_H

#include "display/picture/frame.h"
#include "display/picture/surface.h"
#include "vgpu/base/error.h"

/*
 * Copies a dma-buf's picture, which must have passed display_frame_check, into a surface of
 * the same size and format. For a buffer that the GPU cannot import but the CPU can read. -1
 * and err if the buffer is tiled, has several planes, or cannot be mapped (as those of i915).
 */
int display_mapping_copy(const struct display_frame *frame, struct display_surface *surface,
			 struct base_error *err);

#endif
