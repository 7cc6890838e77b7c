/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_FRAME_H
#define DISPLAY_FRAME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "display/picture/surface.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/error.h"

#define DISPLAY_FRAME_PLANES 4

enum display_frame_kind {
	DISPLAY_FRAME_NONE,
	DISPLAY_FRAME_PIXELS, /* in our memory */
	DISPLAY_FRAME_DMABUF,
};

struct display_plane {
	int fd;			 /* owned; -1 when there is none */
	ino_t inode;		 /* names the buffer for as long as somebody holds it */
	uint32_t offset, stride; /* bytes */
};

/*
 * One picture, whoever makes it: a plain value that owns its fds and its
 * reference. Sizes are in pixels. What a source gets from outside goes through
 * display_frame_check before anybody else sees it.
 */
struct display_frame {
	enum display_frame_kind kind;
	uint32_t width, height; /* of what is shown */

	struct display_surface *surface; /* PIXELS: a reference */

	/* DMABUF: what is shown lies at x, y of a buffer of this size. */
	uint32_t x, y, backing_width, backing_height;
	uint32_t fourcc;
	uint64_t modifier;
	uint32_t plane_count;
	struct display_plane planes[DISPLAY_FRAME_PLANES];
	/*
	 * QEMU's name for a picture whose first row in memory is the bottom one
	 * (ui/egl-helpers.c blits such a buffer unflipped into GL's bottom-up
	 * window).
	 */
	bool y0_top;
};

#define DISPLAY_FRAME_INIT                                                                         \
	{                                                                                          \
		.planes = { { .fd = -1 }, { .fd = -1 }, { .fd = -1 }, { .fd = -1 } }               \
	}

/*
 * The one place where values from outside are judged: sizes, sub-rectangle,
 * format, planes, and that each plane lies within its file. Fills in the
 * planes' inodes. -1 and err if the frame must not be used.
 */
int display_frame_check(struct display_frame *frame, struct base_error *err);

/*
 * Of a dma-buf. Without a modifier the driver decides, and a software one takes the
 * plane for linear and reads it without a look at its size. Rows of X and Y tiles need
 * as much at least, so that taking it for linear refuses nothing that is good.
 */
bool display_frame_is_linear(const struct display_frame *frame);

/* True if both are the same dma-bufs, laid out alike: one import serves both. */
bool display_frame_same_buffer(const struct display_frame *a, const struct display_frame *b);

/* Moves the frame out, leaving an empty one. */
struct display_frame display_frame_take(struct display_frame *frame);

/*
 * The same picture once more, with fds and a reference of its own; an empty frame
 * where there are no more fds to be had.
 */
struct display_frame display_frame_copy(const struct display_frame *frame);

/* Closes fds, drops the reference; the frame is empty after it. */
void display_frame_finish(struct display_frame *frame);

BASE_DEFINE_CLEANUP(display_frame, struct display_frame, display_frame_finish)

#endif
