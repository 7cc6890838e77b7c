/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_BUFFERS_H
#define DISPLAY_SCANOUT_BUFFERS_H

#include "display/scanout/plane.h"

/* Guests flip among 2 to 5 buffers, and use new ones after a change of mode. */
#define SCANOUT_BUFFERS 64

/*
 * Which buffers the viewer has, and under which number. While the viewer keeps a dma-buf,
 * the kernel keeps the buffer and does not give its id to another one (intel_vgpu_get_dmabuf
 * in the kernel's drivers/gpu/drm/i915/gvt/dmabuf.c). So the same id with the same layout is
 * the same buffer. Numbers only grow.
 */
struct scanout_buffers {
	struct scanout_buffer {
		uint32_t number;	  /* 0: the place is empty */
		uint64_t shown;		  /* value of `clock` when it was last shown */
		struct scanout_view view; /* as the kernel reports it; identifies the buffer */
		struct scanout_view good; /* the same after scanout_view_check */
		uint64_t bytes;		  /* size of its dma-buf */
	} items[SCANOUT_BUFFERS];
	uint32_t last; /* the highest number given so far */
	uint64_t clock;
};

/* The buffer of a view that is shown now; NULL if the viewer does not have it. */
const struct scanout_buffer *scanout_buffers_find(struct scanout_buffers *buffers,
						  const struct scanout_view *view);

/*
 * Gives a new number to a buffer that the viewer is about to get. The buffer that was not
 * shown for the longest time makes room. NULL when there are no numbers left.
 */
const struct scanout_buffer *scanout_buffers_add(struct scanout_buffers *buffers,
						 const struct scanout_view *view,
						 const struct scanout_view *good, uint64_t bytes);

/* False for a number that was never given. */
bool scanout_buffers_forget(struct scanout_buffers *buffers, uint32_t number);

#endif
