/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/dmabuf.h"

#include <fcntl.h>
#include <string.h>

/* Returns -1 on failure: display_frame_check then refuses the frame. */
static int duplicate(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

int display_dmabuf_read(sd_bus_message *m, struct display_frame *frame)
{
	int fd, y0_top, r;

	frame->kind = DISPLAY_FRAME_DMABUF;
	r = sd_bus_message_read(m, "huuuutb", &fd, &frame->width, &frame->height,
				&frame->planes[0].stride, &frame->fourcc, &frame->modifier,
				&y0_top);
	if (r < 0)
		return r;
	frame->backing_width = frame->width;
	frame->backing_height = frame->height;
	frame->y0_top = y0_top;
	frame->plane_count = 1;
	frame->planes[0].fd = duplicate(fd);
	return 0;
}

static int read_fds(sd_bus_message *m, struct display_frame *frame, uint32_t *count)
{
	int r = sd_bus_message_enter_container(m, 'a', "h");
	int fd;

	*count = 0;
	while (r >= 0 && (r = sd_bus_message_read_basic(m, 'h', &fd)) > 0) {
		if (*count < DISPLAY_FRAME_PLANES)
			frame->planes[*count].fd = duplicate(fd);
		(*count)++;
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* Reads an array with a value for each plane; *count gets their number. */
static int read_numbers(sd_bus_message *m, uint32_t values[DISPLAY_FRAME_PLANES], uint32_t *count)
{
	const void *array;
	size_t size;
	int r = sd_bus_message_read_array(m, 'u', &array, &size);

	if (r < 0)
		return r;
	*count = (uint32_t)(size / sizeof(uint32_t));
	if (size > DISPLAY_FRAME_PLANES * sizeof(uint32_t))
		size = DISPLAY_FRAME_PLANES * sizeof(uint32_t);
	if (size > 0)
		memcpy(values, array, size);
	return 0;
}

static int read_planes(sd_bus_message *m, struct display_frame *frame, uint32_t counts[3])
{
	uint32_t offsets[DISPLAY_FRAME_PLANES] = { 0 }, strides[DISPLAY_FRAME_PLANES] = { 0 };
	int r;

	r = read_fds(m, frame, &counts[0]);
	if (r >= 0)
		r = sd_bus_message_read(m, "uuuu", &frame->x, &frame->y, &frame->width,
					&frame->height);
	if (r >= 0)
		r = read_numbers(m, offsets, &counts[1]);
	if (r >= 0)
		r = read_numbers(m, strides, &counts[2]);
	for (int i = 0; i < DISPLAY_FRAME_PLANES; i++) {
		frame->planes[i].offset = offsets[i];
		frame->planes[i].stride = strides[i];
	}
	return r;
}

int display_dmabuf_read2(sd_bus_message *m, struct display_frame *frame)
{
	uint32_t counts[3];
	int y0_top, r;

	frame->kind = DISPLAY_FRAME_DMABUF;
	r = read_planes(m, frame, counts);
	if (r >= 0)
		r = sd_bus_message_read(m, "uuuutb", &frame->plane_count, &frame->fourcc,
					&frame->backing_width, &frame->backing_height,
					&frame->modifier, &y0_top);
	if (r < 0)
		return r;
	frame->y0_top = y0_top;
	/* A plane without an offset or a stride is treated like one without a buffer. */
	for (uint32_t i = 0; i < DISPLAY_FRAME_PLANES; i++) {
		if (i >= counts[1] || i >= counts[2])
			base_cleanup_fd(&frame->planes[i].fd);
	}
	return 0;
}
