/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pictures the painter brings in, and when. The cache of imports is one of our
 * own, which only counts: no OpenGL is called for a dma-buf before it is drawn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After the four that it needs. */
#include <cmocka.h>
#include <drm_fourcc.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "display/draw/painter.h"

#define WIDTH  64
#define HEIGHT 48

static struct display_painter painter;
static struct display_cache_entry entry;
static bool can_import;
static uint32_t last_inode; /* of the buffer that was imported last */

void display_cache_init(struct display_cache *cache, const struct display_egl *egl)
{
	*cache = (struct display_cache){ .egl = egl };
}

void display_cache_finish(struct display_cache *cache)
{
	(void)cache;
}

const struct display_cache_entry *
display_cache_get(struct display_cache *cache, struct display_frame *frame, struct base_error *err)
{
	if (!can_import) {
		base_error_set(err, BASE_FAILED, "it lies elsewhere");
		return NULL;
	}
	cache->imports++;
	last_inode = (uint32_t)frame->planes[0].inode;
	display_frame_finish(frame);
	return &entry;
}

static int setup(void **state)
{
	(void)state;
	painter = (struct display_painter){ .next = DISPLAY_FRAME_INIT,
					    .mapped = DISPLAY_FRAME_INIT,
					    .max_texture = 4096 };
	entry = (struct display_cache_entry){ .texture = 7 };
	can_import = true;
	last_inode = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	display_frame_finish(&painter.next);
	display_surface_unref(painter.surface);
	return 0;
}

/* Tiled, so that it cannot be copied instead. Its fd goes to *fd. */
static struct display_frame buffer(uint32_t number, uint32_t width, int *fd)
{
	struct display_frame frame = DISPLAY_FRAME_INIT;

	frame.kind = DISPLAY_FRAME_DMABUF;
	frame.width = frame.backing_width = width;
	frame.height = frame.backing_height = HEIGHT;
	frame.fourcc = DRM_FORMAT_XRGB8888;
	frame.modifier = I915_FORMAT_MOD_X_TILED;
	frame.plane_count = 1;
	frame.planes[0].fd = *fd = memfd_create("buffer", MFD_CLOEXEC);
	frame.planes[0].inode = number;
	frame.planes[0].stride = width * 4;
	assert_true(*fd >= 0);
	return frame;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void of_many_frames_that_are_taken_the_one_that_is_drawn_is_imported(void **state)
{
	struct base_error err = { 0 };
	bool is_new;
	int fd = -1;

	(void)state;
	for (uint32_t i = 1; i <= 100; i++) {
		int last = fd;
		struct display_frame frame = buffer(i, WIDTH, &fd);

		display_painter_set_frame(&painter, &frame);
		assert_int_equal(frame.kind, DISPLAY_FRAME_NONE);
		assert_true(is_open(fd));
		assert_true(last < 0 || !is_open(last));
		assert_int_equal(painter.cache.imports, 0);
		assert_int_equal(painter.width, 0);
	}
	assert_int_equal(display_painter_prepare(&painter, &is_new, &err), 0);
	assert_true(is_new);
	assert_int_equal(painter.cache.imports, 1);
	assert_int_equal(last_inode, 100);
	assert_int_equal(painter.width, WIDTH);
	assert_false(is_open(fd));

	/* What is drawn again is not imported again. */
	assert_int_equal(display_painter_prepare(&painter, &is_new, &err), 0);
	assert_false(is_new);
	assert_int_equal(painter.cache.imports, 1);
}

static void a_frame_that_cannot_be_shown_leaves_the_last_one(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct display_frame frame;
	bool is_new;
	int fd;

	(void)state;
	frame = buffer(1, WIDTH, &fd);
	display_painter_set_frame(&painter, &frame);
	assert_int_equal(display_painter_prepare(&painter, &is_new, &err), 0);

	can_import = false;
	frame = buffer(2, 2 * WIDTH, &fd);
	display_painter_set_frame(&painter, &frame);
	assert_int_equal(display_painter_prepare(&painter, &is_new, &err), -1);
	assert_string_equal(err.message, "it lies elsewhere");
	assert_false(is_new);
	assert_false(is_open(fd));
	assert_int_equal(painter.width, WIDTH);
	assert_int_equal(painter.texture, 7);

	/* It is told once, and does not come back. */
	assert_int_equal(display_painter_prepare(&painter, &is_new, &err), 0);
	assert_false(is_new);

	/* One that is too large is not even tried. */
	can_import = true;
	frame = buffer(3, 8192, &fd);
	display_painter_set_frame(&painter, &frame);
	assert_int_equal(display_painter_prepare(&painter, &is_new, &err), -1);
	assert_int_equal(painter.cache.imports, 1);
}

static void damage_of_a_surface_that_is_not_drawn_yet_adds_up(void **state)
{
	const struct display_rect first = { 2, 3, 10, 4 }, second = { 20, 1, 5, 5 };
	const struct display_rect outside = { WIDTH - 1, 0, 2, 1 };
	struct display_frame frame = DISPLAY_FRAME_INIT;

	(void)state;
	/* As after it was drawn. */
	painter.width = WIDTH;
	painter.height = HEIGHT;
	painter.surface = display_surface_create(WIDTH, HEIGHT,
						 display_format_find(DRM_FORMAT_XRGB8888), NULL);
	display_painter_add_damage(&painter, &first);
	display_painter_add_damage(&painter, &outside);
	display_painter_add_damage(&painter, &second);
	assert_int_equal(painter.damage.x, 2);
	assert_int_equal(painter.damage.y, 1);
	assert_int_equal(painter.damage.width, 23);
	assert_int_equal(painter.damage.height, 6);

	/* Another one is to come in whole; its damage is none of the old one's. */
	frame.kind = DISPLAY_FRAME_PIXELS;
	frame.width = WIDTH;
	frame.height = HEIGHT;
	frame.surface = display_surface_ref(painter.surface);
	display_painter_set_frame(&painter, &frame);
	display_painter_add_damage(&painter, &(struct display_rect){ 0, 0, WIDTH, HEIGHT });
	assert_int_equal(painter.damage.width, 23);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			of_many_frames_that_are_taken_the_one_that_is_drawn_is_imported, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_frame_that_cannot_be_shown_leaves_the_last_one,
						setup, teardown),
		cmocka_unit_test_setup_teardown(damage_of_a_surface_that_is_not_drawn_yet_adds_up,
						setup, teardown),
	};

	return cmocka_run_group_tests_name("display painter", tests, NULL, NULL);
}
