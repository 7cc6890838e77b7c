/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/picture/frame.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "display/picture/size.h"

static int check_sub_rectangle(const struct display_frame *frame, struct base_error *err)
{
	if (display_size_check(frame->width, frame->height, err) < 0 ||
	    display_size_check(frame->backing_width, frame->backing_height, err) < 0)
		return -1;
	if ((uint64_t)frame->x + frame->width > frame->backing_width ||
	    (uint64_t)frame->y + frame->height > frame->backing_height) {
		return base_error_set(err, BASE_FAILED,
				      "%ux%u pixels at %u,%u are outside of a buffer of %ux%u",
				      frame->width, frame->height, frame->x, frame->y,
				      frame->backing_width, frame->backing_height);
	}
	return 0;
}

bool display_frame_is_linear(const struct display_frame *frame)
{
	return frame->modifier == DRM_FORMAT_MOD_LINEAR ||
	       frame->modifier == DRM_FORMAT_MOD_INVALID;
}

/*
 * The extent follows from the stride only for a linear plane. For a tiled plane the driver
 * knows it, and refuses a bad one at import.
 */
static uint64_t plane_extent(const struct display_frame *frame, const struct display_plane *plane,
			     uint32_t bytes)
{
	if (!display_frame_is_linear(frame))
		return (uint64_t)plane->offset + 1;
	return (uint64_t)plane->offset + (uint64_t)plane->stride * (frame->backing_height - 1) +
	       (uint64_t)frame->backing_width * bytes;
}

static int check_plane(const struct display_frame *frame, struct display_plane *plane,
		       uint32_t bytes, struct base_error *err)
{
	struct stat st;
	off_t size;

	if (display_frame_is_linear(frame) &&
	    (uint64_t)frame->backing_width * bytes > plane->stride)
		return base_error_set(err, BASE_FAILED, "rows of %u pixels do not fit in %u bytes",
				      frame->backing_width, plane->stride);
	if (plane->fd < 0)
		return base_error_set(err, BASE_FAILED, "a plane has no buffer");
	if (plane->stride == 0)
		return base_error_set(err, BASE_FAILED, "a plane has a stride of 0");
	if (fstat(plane->fd, &st) < 0)
		return base_error_errno(err, errno, "cannot examine a dma-buf");
	/* Seeking to the end gives a dma-buf's size; st_size is 0 on old kernels. */
	size = lseek(plane->fd, 0, SEEK_END);
	if (size < 0)
		return base_error_set(err, BASE_FAILED, "a plane's fd is not a dma-buf");
	if (plane_extent(frame, plane, bytes) > (uint64_t)size) {
		return base_error_set(err, BASE_FAILED,
				      "a plane ends beyond its dma-buf of %jd bytes",
				      (intmax_t)size);
	}
	plane->inode = st.st_ino;
	return 0;
}

static int check_dmabuf(struct display_frame *frame, struct base_error *err)
{
	const struct display_format *format = display_format_find(frame->fourcc);
	char name[DISPLAY_FORMAT_NAME_SIZE];

	if (format == NULL || !display_format_is_importable(frame->fourcc))
		return base_error_set(err, BASE_FAILED, "unknown pixel format %s",
				      display_format_name(frame->fourcc, name));
	if (check_sub_rectangle(frame, err) < 0)
		return -1;
	if (frame->plane_count == 0 || frame->plane_count > DISPLAY_FRAME_PLANES)
		return base_error_set(err, BASE_FAILED, "a picture cannot have %u planes",
				      frame->plane_count);
	for (uint32_t i = 0; i < frame->plane_count; i++) {
		if (check_plane(frame, &frame->planes[i], format->bytes, err) < 0)
			return -1;
	}
	return 0;
}

int display_frame_check(struct display_frame *frame, struct base_error *err)
{
	switch (frame->kind) {
	case DISPLAY_FRAME_DMABUF:
		return check_dmabuf(frame, err);
	case DISPLAY_FRAME_PIXELS:
		return display_size_check(frame->width, frame->height, err);
	case DISPLAY_FRAME_NONE:
		break;
	}
	return base_error_set(err, BASE_FAILED, "the frame is empty");
}

bool display_frame_same_buffer(const struct display_frame *a, const struct display_frame *b)
{
	if (a->kind != DISPLAY_FRAME_DMABUF || b->kind != a->kind || a->fourcc != b->fourcc ||
	    a->modifier != b->modifier || a->backing_width != b->backing_width ||
	    a->backing_height != b->backing_height || a->plane_count != b->plane_count)
		return false;
	for (uint32_t i = 0; i < a->plane_count; i++) {
		const struct display_plane *p = &a->planes[i], *q = &b->planes[i];

		if (p->inode != q->inode || p->offset != q->offset || p->stride != q->stride)
			return false;
	}
	return true;
}

struct display_frame display_frame_take(struct display_frame *frame)
{
	struct display_frame taken = *frame;

	*frame = (struct display_frame)DISPLAY_FRAME_INIT;
	return taken;
}

struct display_frame display_frame_copy(const struct display_frame *frame)
{
	struct display_frame copy = *frame;

	if (frame->surface != NULL)
		display_surface_ref(frame->surface);
	for (uint32_t i = 0; i < frame->plane_count; i++)
		copy.planes[i].fd = -1;
	for (uint32_t i = 0; i < frame->plane_count; i++) {
		copy.planes[i].fd = fcntl(frame->planes[i].fd, F_DUPFD_CLOEXEC, 3);
		if (copy.planes[i].fd < 0) {
			display_frame_finish(&copy);
			break;
		}
	}
	return copy;
}

void display_frame_finish(struct display_frame *frame)
{
	struct display_frame old = display_frame_take(frame);

	display_surface_unref(old.surface);
	if (old.kind != DISPLAY_FRAME_DMABUF)
		return;
	for (uint32_t i = 0; i < DISPLAY_FRAME_PLANES; i++)
		base_cleanup_fd(&old.planes[i].fd);
}
