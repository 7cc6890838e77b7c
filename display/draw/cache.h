/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_CACHE_H
#define DISPLAY_CACHE_H

#include <stdint.h>

#include "display/draw/egl.h"
#include "display/picture/frame.h"

/* Most guests flip among 2 or 3 buffers; some allocate new ones all the time. */
#define DISPLAY_CACHE_SIZE 8

struct display_cache_entry {
	/*
	 * Keeps the buffers open: while we hold a buffer, its inode number cannot be given to
	 * another one.
	 */
	struct display_frame frame;
	uint32_t texture;     /* GL_TEXTURE_EXTERNAL_OES on the image */
	uint32_t plain;	      /* GL_TEXTURE_2D on the image; 0: the driver does not allow it */
	uint32_t framebuffer; /* on `plain`, to be read from; 0: likewise */
	EGLImageKHR image;
	uint64_t used; /* value of `gets` at the last use */
};

/*
 * The imported dma-bufs, so that a buffer that comes back costs nothing. The least recently
 * used one is dropped first; those of another mode are dropped at once. Main thread, with
 * the context current.
 */
struct display_cache {
	const struct display_egl *egl; /* borrowed */
	struct display_cache_entry entries[DISPLAY_CACHE_SIZE];
	uint64_t gets;
	uint64_t imports; /* number of imports so far */
};

void display_cache_init(struct display_cache *cache, const struct display_egl *egl);
void display_cache_finish(struct display_cache *cache);

/*
 * The imported buffer of a frame; the entry is the cache's and valid until the next get.
 * NULL and err if it cannot be imported. On success the frame is moved in, or finished if
 * the cache has the buffer already.
 */
const struct display_cache_entry *
display_cache_get(struct display_cache *cache, struct display_frame *frame, struct base_error *err);

#endif
