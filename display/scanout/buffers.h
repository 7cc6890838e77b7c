/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_BUFFERS_H
#define DISPLAY_SCANOUT_BUFFERS_H

#include "display/scanout/plane.h"

/* Guests flip among 2 to 5; a new mode brings new ones. */
#define SCANOUT_BUFFERS 64

/*
 * Which buffers the viewer has, and by which number. While it keeps a dma-buf the
 * kernel keeps the buffer, and so its id for no other (intel_vgpu_get_dmabuf in the
 * kernel's drivers/gpu/drm/i915/gvt/dmabuf.c): the same id with the same layout is the
 * same buffer. Numbers only grow.
 */
struct scanout_buffers {
	struct scanout_buffer {
		uint32_t number;	  /* 0: none is here */
		uint64_t shown;		  /* when it was last; of clock */
		struct scanout_view view; /* as the kernel tells it: the buffer's name */
		struct scanout_view good; /* as it was judged */
		uint64_t bytes;		  /* of its dma-buf */
	} items[SCANOUT_BUFFERS];
	uint32_t last; /* the highest number that was given */
	uint64_t clock;
};

/* The buffer that is shown now; NULL if the viewer does not have it. */
const struct scanout_buffer *scanout_buffers_find(struct scanout_buffers *buffers,
						  const struct scanout_view *view);

/*
 * A new number for a buffer that the viewer is about to get; what was not shown for
 * longest makes room. NULL when there are no numbers left.
 */
const struct scanout_buffer *scanout_buffers_add(struct scanout_buffers *buffers,
						 const struct scanout_view *view,
						 const struct scanout_view *good, uint64_t bytes);

/* False for a number that was never given. */
bool scanout_buffers_forget(struct scanout_buffers *buffers, uint32_t number);

#endif
