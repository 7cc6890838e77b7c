/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <drm_fourcc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/draw/mapping.h"

#define WIDTH  8u
#define HEIGHT 4u
#define STRIDE 64u
#define OFFSET 128u

/* What the pixel at x, y of the buffer holds. */
static uint32_t value(uint32_t x, uint32_t y)
{
	return 0x10000 * y + x;
}

/* A file that lies as a dma-buf would: rows with room behind them. */
static struct display_frame make_frame(void)
{
	struct display_frame frame = DISPLAY_FRAME_INIT;
	int fd = memfd_create("buffer", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, OFFSET + STRIDE * HEIGHT), 0);
	for (uint32_t y = 0; y < HEIGHT; y++) {
		uint32_t row[WIDTH];

		for (uint32_t x = 0; x < WIDTH; x++)
			row[x] = value(x, y);
		assert_int_equal(pwrite(fd, row, sizeof(row), OFFSET + y * STRIDE), sizeof(row));
	}
	frame.kind = DISPLAY_FRAME_DMABUF;
	frame.width = frame.backing_width = WIDTH;
	frame.height = frame.backing_height = HEIGHT;
	frame.fourcc = DRM_FORMAT_XRGB8888;
	frame.modifier = DRM_FORMAT_MOD_LINEAR;
	frame.plane_count = 1;
	frame.planes[0] = (struct display_plane){ .fd = fd, .offset = OFFSET, .stride = STRIDE };
	return frame;
}

static struct display_surface *make_surface(const struct display_frame *frame)
{
	struct display_surface *surface = display_surface_create(
		frame->width, frame->height, display_format_find(frame->fourcc), NULL);

	assert_non_null(surface);
	return surface;
}

static void expect(struct display_surface *surface, uint32_t left, uint32_t top)
{
	const struct display_format *format;
	uint32_t row;
	const uint32_t *pixels = display_surface_lock(surface, &format, &row);

	for (uint32_t y = 0; y < display_surface_height(surface); y++) {
		for (uint32_t x = 0; x < display_surface_width(surface); x++)
			assert_int_equal(pixels[y * row + x], value(left + x, top + y));
	}
	display_surface_unlock(surface);
}

static void a_buffer_is_copied_row_by_row(void **state)
{
	struct display_frame frame = make_frame();
	struct display_surface *surface = make_surface(&frame);

	(void)state;
	assert_int_equal(display_frame_check(&frame, NULL), 0);
	assert_int_equal(display_mapping_copy(&frame, surface, NULL), 0);
	expect(surface, 0, 0);
	display_surface_unref(surface);
	display_frame_finish(&frame);
}

static void a_part_of_a_buffer_is_copied_alone(void **state)
{
	struct display_frame frame = make_frame();
	struct display_surface *surface;

	(void)state;
	frame.x = 3;
	frame.y = 1;
	frame.width = 4;
	frame.height = 2;
	surface = make_surface(&frame);
	assert_int_equal(display_frame_check(&frame, NULL), 0);
	assert_int_equal(display_mapping_copy(&frame, surface, NULL), 0);
	expect(surface, 3, 1);
	display_surface_unref(surface);
	display_frame_finish(&frame);
}

static void what_the_cpu_cannot_read_is_refused(void **state)
{
	struct display_frame frame = make_frame();
	struct display_surface *surface = make_surface(&frame);
	BASE_AUTO(base_error) struct base_error err = { 0 };

	(void)state;
	frame.modifier = I915_FORMAT_MOD_X_TILED;
	assert_int_equal(display_mapping_copy(&frame, surface, &err), -1);
	assert_non_null(strstr(err.message, "tiled"));
	frame.modifier = DRM_FORMAT_MOD_LINEAR;
	frame.plane_count = 2;
	assert_int_equal(display_mapping_copy(&frame, surface, NULL), -1);
	frame.plane_count = 1;
	/* A peer that cuts its file short must not kill us. */
	assert_int_equal(ftruncate(frame.planes[0].fd, OFFSET + STRIDE), 0);
	assert_int_equal(display_mapping_copy(&frame, surface, NULL), -1);
	display_surface_unref(surface);
	display_frame_finish(&frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_is_copied_row_by_row),
		cmocka_unit_test(a_part_of_a_buffer_is_copied_alone),
		cmocka_unit_test(what_the_cpu_cannot_read_is_refused),
	};

	return cmocka_run_group_tests_name("display mapping", tests, NULL, NULL);
}
