/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_PLANE_H
#define DISPLAY_SCANOUT_PLANE_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>

#include "vgpu/base/error.h"

/*
 * A vGPU's primary plane, as the kernel describes it (QUERY_GFX_PLANE in
 * linux/vfio.h): what the guest wrote, judged by nobody yet. All zeros when the
 * guest shows no picture.
 */
struct scanout_view {
	uint32_t id; /* of the buffer */
	uint32_t fourcc;
	uint64_t modifier;
	uint32_t width, height; /* pixels */
	uint32_t stride;	/* bytes */
	uint32_t size;		/* bytes, as the kernel computed it */
	uint32_t x, y;		/* pixels */
};

/* Whether the device hands out dma-bufs of its planes at all. */
int scanout_plane_probe(int device, struct base_error *err);

/*
 * What is shown now. A plane that the kernel makes no sense of, which is the guest's
 * doing and may be over at the next look, is as empty as one that is off.
 */
void scanout_plane_query(int device, struct scanout_view *view);

/* A new dma-buf of the buffer; -1 with errno, EINVAL if it is gone. */
int scanout_plane_get(int device, uint32_t id);

bool scanout_view_is_empty(const struct scanout_view *view);

/* True if nothing of it changed. */
bool scanout_view_same(const struct scanout_view *a, const struct scanout_view *b);

/*
 * Judges a view that is not empty beside the bytes of its dma-buf. A picture that
 * would begin within the buffer and not fit into it is shown from the buffer's first
 * pixel: i915 makes the buffer as large as the picture alone, and QEMU, too, leaves
 * x and y out (vfio_display_get_dmabuf in hw/vfio/display.c).
 */
int scanout_view_check(struct scanout_view *view, uint64_t bytes, struct base_error *err);

#endif
