/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SURFACE_H
#define DISPLAY_SURFACE_H

#include <stddef.h>
#include <stdint.h>

#include "display/picture/format.h"
#include "display/picture/rect.h"
#include "vgpu/base/error.h"

/*
 * A picture in the viewer's own memory: what QEMU draws by itself (firmware, text modes) and
 * sends as bytes or in shared memory. The source's thread writes it, the main thread uploads
 * it. Size and format never change after creation, so the lock guards only the pixels.
 */
struct display_surface;

/*
 * One reference; NULL and err for a size that display_size_check refuses
 * or when memory is short. Starts black.
 */
struct display_surface *display_surface_create(uint32_t width, uint32_t height,
					       const struct display_format *format,
					       struct base_error *err);

struct display_surface *display_surface_ref(struct display_surface *surface);
void display_surface_unref(struct display_surface *surface); /* takes NULL */

uint32_t display_surface_width(const struct display_surface *surface);
uint32_t display_surface_height(const struct display_surface *surface);

/* The format given at creation, which all written data must have. */
const struct display_format *display_surface_format(const struct display_surface *surface);

/*
 * Writes the pixels of a rectangle. data holds only its rows, `stride` bytes apart. -1 and
 * err if the rectangle is outside of the surface or data is too short.
 */
int display_surface_write(struct display_surface *surface, const struct display_rect *rect,
			  const void *data, size_t size, uint32_t stride, struct base_error *err);

/*
 * As display_surface_write, from a file that holds the whole picture at `offset`, its rows
 * `stride` bytes apart. The file is read, not mapped: a peer that truncates its file must
 * not be able to kill the viewer with SIGBUS.
 */
int display_surface_read(struct display_surface *surface, const struct display_rect *rect, int fd,
			 uint64_t offset, uint32_t stride, struct base_error *err);

/*
 * Copies the part that both have room for. Both must have the same format, and the calling
 * thread must be the one that writes them.
 */
void display_surface_copy(struct display_surface *to, struct display_surface *from);

/*
 * Locks the surface and returns its pixels, valid until unlock: rows of `*row_pixels` pixels
 * in `*format`, which OpenGL ES 3 supports.
 */
const void *display_surface_lock(struct display_surface *surface,
				 const struct display_format **format, uint32_t *row_pixels);
void display_surface_unlock(struct display_surface *surface);

#endif
