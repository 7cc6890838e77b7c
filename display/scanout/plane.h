/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_PLANE_H
#define DISPLAY_SCANOUT_PLANE_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>

#include "vgpu/base/error.h"

/*
 * A vGPU's primary plane, as the kernel describes it (QUERY_GFX_PLANE in linux/vfio.h): what
 * the guest wrote, not checked yet. All zeros when the guest shows no picture.
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

/* Checks that the device provides its planes as dma-bufs. -1 and err if not. */
int scanout_plane_probe(int device, struct base_error *err);

/*
 * Reads what is shown now. A plane that the kernel cannot interpret is as empty as one that
 * is off: the guest causes this, and it may be over at the next look.
 */
void scanout_plane_query(int device, struct scanout_view *view);

/* A new dma-buf of the buffer, owned by the caller; -1 with errno, EINVAL if it is gone. */
int scanout_plane_get(int device, uint32_t id);

bool scanout_view_is_empty(const struct scanout_view *view);

/* True if both are equal. */
bool scanout_view_same(const struct scanout_view *a, const struct scanout_view *b);

/*
 * Checks a view that is not empty against the size of its dma-buf in bytes; -1 and err if it
 * must not be shown. If a picture does not fit at its x and y, they are set to 0: i915 makes
 * the buffer only as large as the picture, and QEMU also ignores x and y
 * (vfio_display_get_dmabuf in hw/vfio/display.c).
 */
int scanout_view_check(struct scanout_view *view, uint64_t bytes, struct base_error *err);

#endif
