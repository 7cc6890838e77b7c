/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <drm_fourcc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/picture/format.h"
#include "display/picture/rect.h"
#include "display/picture/surface.h"
#include "display/picture/view.h"

/* clang-format off */
#define EXACT	   { DISPLAY_SCALE_EXACT, false }
#define INTEGER	   { DISPLAY_SCALE_INTEGER, false }
#define FIT	   { DISPLAY_SCALE_FIT, false }
#define SMOOTH_FIT { DISPLAY_SCALE_FIT, true }
/* clang-format on */
#define NEAREST DISPLAY_FILTER_NEAREST
#define SHARP	DISPLAY_FILTER_SHARP
#define SMOOTH	DISPLAY_FILTER_SMOOTH

static void the_picture_lies_in_the_middle(void **state)
{
	static const struct {
		struct display_layout layout;
		int32_t window[2];
		uint32_t picture[2];
		int32_t want[4];
		enum display_filter filter;
	} cases[] = {
		/* pixel for pixel */
		{ EXACT, { 640, 480 }, { 640, 480 }, { 0, 0, 640, 480 }, NEAREST },
		{ EXACT, { 800, 600 }, { 640, 480 }, { 80, 60, 640, 480 }, NEAREST },
		{ EXACT, { 641, 481 }, { 640, 480 }, { 0, 0, 640, 480 }, NEAREST },
		{ EXACT, { 3840, 2160 }, { 640, 480 }, { 1600, 840, 640, 480 }, NEAREST },
		{ EXACT, { 320, 480 }, { 640, 480 }, { 0, 120, 320, 240 }, SMOOTH },
		{ EXACT, { 640, 240 }, { 640, 480 }, { 160, 0, 320, 240 }, SMOOTH },
		{ EXACT, { 1, 1 }, { 16384, 1 }, { 0, 0, 1, 1 }, SMOOTH },
		{ EXACT, { 0, 0 }, { 640, 480 }, { 0, 0, 0, 0 }, NEAREST },
		{ EXACT, { 640, 480 }, { 0, 0 }, { 0, 0, 0, 0 }, NEAREST },
		/* each pixel a square */
		{ INTEGER, { 640, 480 }, { 640, 480 }, { 0, 0, 640, 480 }, NEAREST },
		{ INTEGER, { 1279, 960 }, { 640, 480 }, { 319, 240, 640, 480 }, NEAREST },
		{ INTEGER, { 1280, 960 }, { 640, 480 }, { 0, 0, 1280, 960 }, NEAREST },
		{ INTEGER, { 3840, 2160 }, { 640, 480 }, { 640, 120, 2560, 1920 }, NEAREST },
		{ INTEGER, { 600, 600 }, { 640, 480 }, { 0, 75, 600, 450 }, SMOOTH },
		/* as large as fits */
		{ FIT, { 800, 600 }, { 640, 480 }, { 0, 0, 800, 600 }, SHARP },
		{ FIT, { 1280, 960 }, { 640, 480 }, { 0, 0, 1280, 960 }, NEAREST },
		{ FIT, { 1280, 1000 }, { 640, 480 }, { 0, 20, 1280, 960 }, NEAREST },
		{ FIT, { 1920, 1080 }, { 640, 480 }, { 240, 0, 1440, 1080 }, SHARP },
		{ FIT, { 640, 480 }, { 640, 480 }, { 0, 0, 640, 480 }, NEAREST },
		{ FIT, { 320, 200 }, { 640, 480 }, { 27, 0, 266, 200 }, SMOOTH },
		/* filtered by choice; one pixel on one pixel has nothing to filter */
		{ SMOOTH_FIT, { 1280, 960 }, { 640, 480 }, { 0, 0, 1280, 960 }, SMOOTH },
		{ SMOOTH_FIT, { 640, 480 }, { 640, 480 }, { 0, 0, 640, 480 }, NEAREST },
		/* of any size that a peer may claim */
		{ FIT,
		  { INT32_MAX, INT32_MAX },
		  { UINT32_MAX, UINT32_MAX },
		  { 0, 0, INT32_MAX, INT32_MAX },
		  SMOOTH },
		{ INTEGER,
		  { INT32_MAX, INT32_MAX },
		  { 1, 1 },
		  { 0, 0, INT32_MAX, INT32_MAX },
		  NEAREST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct display_view view =
			display_view_place(&cases[i].layout, cases[i].window[0], cases[i].window[1],
					   cases[i].picture[0], cases[i].picture[1]);
		int32_t got[4] = { view.x, view.y, view.width, view.height };

		assert_memory_equal(got, cases[i].want, sizeof(got));
		assert_int_equal(view.filter, cases[i].filter);
	}
}

static void places_in_the_window_are_pixels_of_the_guest(void **state)
{
	static const struct {
		struct display_layout layout;
		int32_t window[2]; /* of a picture of 640x480 */
		int32_t place[2], want[2];
	} cases[] = {
		{ EXACT, { 800, 600 }, { 80, 60 }, { 0, 0 } },
		{ EXACT, { 800, 600 }, { 81, 62 }, { 1, 2 } },
		{ EXACT, { 800, 600 }, { 719, 539 }, { 639, 479 } },
		{ EXACT, { 800, 600 }, { 0, 0 }, { 0, 0 } },
		{ EXACT, { 800, 600 }, { 799, 599 }, { 639, 479 } },
		{ EXACT, { 800, 600 }, { INT32_MAX, INT32_MIN }, { 639, 0 } },
		{ INTEGER, { 1280, 960 }, { 1, 1 }, { 0, 0 } },
		{ INTEGER, { 1280, 960 }, { 2, 3 }, { 1, 1 } },
		{ INTEGER, { 1280, 960 }, { 1279, 959 }, { 639, 479 } },
		{ FIT, { 960, 720 }, { 1, 3 }, { 1, 2 } },
		{ FIT, { 960, 720 }, { 480, 360 }, { 320, 240 } },
		{ FIT, { 960, 720 }, { 959, 719 }, { 639, 479 } },
		/* made smaller: the edges are reached all the same */
		{ FIT, { 320, 240 }, { 0, 0 }, { 0, 0 } },
		{ FIT, { 320, 240 }, { 319, 239 }, { 639, 479 } },
		{ FIT, { 320, 240 }, { 160, 120 }, { 320, 240 } },
		{ EXACT, { 1, 1 }, { 0, 0 }, { 0, 0 } },
	};
	struct display_view none = { 0 };
	int32_t x, y;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct display_view view = display_view_place(&cases[i].layout, cases[i].window[0],
							      cases[i].window[1], 640, 480);

		assert_true(
			display_view_to_guest(&view, cases[i].place[0], cases[i].place[1], &x, &y));
		assert_int_equal(x, cases[i].want[0]);
		assert_int_equal(y, cases[i].want[1]);
	}
	assert_false(display_view_to_guest(&none, 1, 1, &x, &y));
}

/* From the guest to the window: the pixel is drawn where the pointer finds it. */
static void a_pixel_is_found_where_it_is_drawn(void **state)
{
	static const struct display_layout layouts[] = { EXACT, INTEGER, FIT };
	static const int32_t sizes[] = { 640, 641, 799, 960, 1280, 1281, 2000 };

	(void)state;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			struct display_view view =
				display_view_place(&layouts[i], sizes[j], 480 * 4, 640, 480);

			for (int32_t pixel = 0; pixel < 640; pixel++) {
				double middle = view.x + (pixel + 0.5) * view.width / 640;
				int32_t x, y;

				assert_true(
					display_view_to_guest(&view, (int32_t)middle, 0, &x, &y));
				assert_int_equal(x, pixel);
				assert_int_equal(y, 0);
			}
		}
	}
}

static void rectangles_unite(void **state)
{
	struct display_rect a = { 1, 2, 3, 4 }, none = { 5, 5, 0, 7 }, got, want = { 1, 2, 9, 9 };

	(void)state;
	got = display_rect_union(&a, &none);
	assert_memory_equal(&got, &a, sizeof(a));
	got = display_rect_union(&none, &a);
	assert_memory_equal(&got, &a, sizeof(a));
	got = display_rect_union(&a, &(struct display_rect){ 9, 10, 1, 1 });
	assert_memory_equal(&got, &want, sizeof(want));
}

static void formats_are_known_by_both_names(void **state)
{
	static const struct {
		uint32_t pixman, fourcc;
		const char *name;
	} cases[] = {
		{ 0x20020888, DRM_FORMAT_XRGB8888, "XR24" },
		{ 0x20028888, DRM_FORMAT_ARGB8888, "AR24" },
		{ 0x20030888, DRM_FORMAT_XBGR8888, "XB24" },
		{ 0x20080888, DRM_FORMAT_BGRX8888, "BX24" },
		{ 0x20090888, DRM_FORMAT_RGBX8888, "RX24" },
		{ 0x18020888, DRM_FORMAT_RGB888, "RG24" },
		{ 0x10020565, DRM_FORMAT_RGB565, "RG16" },
		{ 0x10020555, DRM_FORMAT_XRGB1555, "XR15" },
	};
	char name[DISPLAY_FORMAT_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct display_format *format = display_format_find_pixman(cases[i].pixman);

		assert_non_null(format);
		assert_ptr_equal(format, display_format_find(cases[i].fourcc));
		assert_string_equal(display_format_name(format->fourcc, name), cases[i].name);
	}
	assert_null(display_format_find(0));
	assert_null(display_format_find_pixman(0));
	assert_string_equal(display_format_name(0x1b5b324a, name), "0x1b5b324a");
	assert_false(display_format_is_importable(DRM_FORMAT_XRGB1555));
	assert_false(display_format_is_importable(DRM_FORMAT_NV12));
	assert_true(display_format_is_importable(DRM_FORMAT_XRGB2101010));
}

/* OpenGL ES has no such texture: it is widened on the way in. */
static void fifteen_bits_become_twenty_four(void **state)
{
	static const uint16_t in[4] = { 0x7c00, 0x03e0, 0x001f, 0x4210 };
	static const uint32_t want[4] = { 0xff0000, 0x00ff00, 0x0000ff, 0x848484 };
	const struct display_format *format = display_format_find(DRM_FORMAT_XRGB1555);
	struct display_surface *surface = display_surface_create(2, 2, format, NULL);
	struct display_rect all = { 0, 0, 2, 2 };
	uint32_t row;

	(void)state;
	assert_non_null(surface);
	assert_int_equal(display_surface_write(surface, &all, in, sizeof(in), 4, NULL), 0);
	assert_memory_equal(display_surface_lock(surface, &format, &row), want, sizeof(want));
	display_surface_unlock(surface);
	assert_int_equal(format->fourcc, DRM_FORMAT_XRGB8888);
	display_surface_unref(surface);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_picture_lies_in_the_middle),
		cmocka_unit_test(places_in_the_window_are_pixels_of_the_guest),
		cmocka_unit_test(a_pixel_is_found_where_it_is_drawn),
		cmocka_unit_test(rectangles_unite),
		cmocka_unit_test(formats_are_known_by_both_names),
		cmocka_unit_test(fifteen_bits_become_twenty_four),
	};

	return cmocka_run_group_tests_name("display view", tests, NULL, NULL);
}
