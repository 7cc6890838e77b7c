/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_MAPPING_H
#define DISPLAY_MAPPING_H

#include "display/picture/frame.h"
#include "display/picture/surface.h"
#include "vgpu/base/error.h"

/*
 * Copies a dma-buf's picture, which must have passed display_frame_check, into a
 * surface of its size and format: for a buffer that the GPU cannot import but the
 * CPU can read. -1 and err for one that is tiled, of several planes, or that its
 * driver does not let us map (i915's).
 */
int display_mapping_copy(const struct display_frame *frame, struct display_surface *surface,
			 struct base_error *err);

#endif
