/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/draw/mapping.h"

#include <errno.h>
#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vgpu/base/log.h"

/*
 * The CPU may read between DMA_BUF_SYNC_START and DMA_BUF_SYNC_END. Only a dma-buf has this
 * ioctl: false for another kind of file.
 */
static bool sync_reads(int fd, uint64_t edge)
{
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_READ | edge };

	return BASE_RETRY(ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync)) == 0;
}

/* A dma-buf never shrinks, so reading the mapping cannot raise SIGBUS. */
static int copy_mapped(const struct display_frame *frame, uint64_t offset,
		       struct display_surface *surface, struct base_error *err)
{
	const struct display_rect all = display_rect_whole(frame->width, frame->height);
	off_t size = lseek(frame->planes[0].fd, 0, SEEK_END);
	uint8_t *data;
	int result;

	if (size <= 0 || offset >= (uint64_t)size)
		return base_error_set(err, BASE_FAILED,
				      "a plane starts beyond the end of its dma-buf");
	data = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, frame->planes[0].fd, 0);
	if (data == MAP_FAILED)
		return base_error_errno(err, errno, "cannot map the vGPU's picture");
	result = display_surface_write(surface, &all, data + offset, (size_t)size - offset,
				       frame->planes[0].stride, err);
	munmap(data, (size_t)size);
	return result;
}

int display_mapping_copy(const struct display_frame *frame, struct display_surface *surface,
			 struct base_error *err)
{
	const struct display_rect all = display_rect_whole(frame->width, frame->height);
	const struct display_plane *plane = &frame->planes[0];
	uint64_t offset = plane->offset + (uint64_t)frame->y * plane->stride +
			  (uint64_t)frame->x * display_surface_format(surface)->bytes;
	int result;

	if (frame->plane_count != 1 || !display_frame_is_linear(frame))
		return base_error_set(err, BASE_FAILED, "the vGPU's picture is tiled");
	if (!sync_reads(plane->fd, DMA_BUF_SYNC_START))
		return display_surface_read(surface, &all, plane->fd, offset, plane->stride, err);
	result = copy_mapped(frame, offset, surface, err);
	sync_reads(plane->fd, DMA_BUF_SYNC_END);
	return result;
}
