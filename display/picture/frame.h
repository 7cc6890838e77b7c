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
	DISPLAY_FRAME_PIXELS, /* in the viewer's memory */
	DISPLAY_FRAME_DMABUF,
};

struct display_plane {
	int fd;			 /* owned; -1: none */
	ino_t inode;		 /* identifies the buffer while it is held open */
	uint32_t offset, stride; /* bytes */
};

/*
 * One picture, from any source: a plain value that owns its fds and its reference. Sizes are
 * in pixels. A source passes what it gets from outside to display_frame_check before it
 * hands the frame on.
 */
struct display_frame {
	enum display_frame_kind kind;
	uint32_t width, height; /* of what is shown */

	struct display_surface *surface; /* PIXELS: a reference */

	/* DMABUF: the picture is at x, y in a buffer of this size. */
	uint32_t x, y, backing_width, backing_height;
	uint32_t fourcc;
	uint64_t modifier;
	uint32_t plane_count;
	struct display_plane planes[DISPLAY_FRAME_PLANES];
	/*
	 * QEMU's name for a picture whose first row in memory is the bottom row
	 * (ui/egl-helpers.c blits such a buffer unflipped into GL's bottom-up window).
	 */
	bool y0_top;
};

#define DISPLAY_FRAME_INIT                                                                         \
	{                                                                                          \
		.planes = { { .fd = -1 }, { .fd = -1 }, { .fd = -1 }, { .fd = -1 } }               \
	}

/*
 * The one place that checks values from outside: sizes, sub-rectangle, format, planes, and
 * that each plane lies within its file. Fills in the planes' inodes. -1 and err if the frame
 * must not be used.
 */
int display_frame_check(struct display_frame *frame, struct base_error *err);

/*
 * Whether a dma-buf must be checked as linear. Without a modifier the driver decides, and a
 * software driver takes the plane as linear and reads it without checking its size. X and Y
 * tiles need at least as many bytes, so this check never refuses a good buffer.
 */
bool display_frame_is_linear(const struct display_frame *frame);

/* True if both have the same dma-bufs with the same layout, so that one import serves both. */
bool display_frame_same_buffer(const struct display_frame *a, const struct display_frame *b);

/* Moves the frame out, leaving an empty one. */
struct display_frame display_frame_take(struct display_frame *frame);

/*
 * The same picture with fds and a reference of its own; an empty frame if the fds cannot be
 * duplicated.
 */
struct display_frame display_frame_copy(const struct display_frame *frame);

/* Closes the fds and drops the reference; the frame is empty afterwards. */
void display_frame_finish(struct display_frame *frame);

BASE_DEFINE_CLEANUP(display_frame, struct display_frame, display_frame_finish)

#endif
