/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/window/resize.h"

static int setup(void **state)
{
	*state = display_input_create(NULL);
	return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	display_input_destroy(*state);
	return 0;
}

static void expect(struct display_input *input, int32_t width, int32_t height, uint32_t dpi)
{
	struct display_input_event event = { 0 };

	assert_true(display_input_take(input, &event));
	assert_int_equal(event.kind, DISPLAY_INPUT_SCREEN);
	assert_int_equal(event.x, width);
	assert_int_equal(event.y, height);
	assert_int_equal(event.code, dpi);
	assert_false(display_input_take(input, &event));
}

static void expect_nothing(struct display_input *input)
{
	struct display_input_event event;

	assert_false(display_input_take(input, &event));
}

/* A window of 800x600 that the guest's picture fills, at the time 1000. */
static struct display_resize shown(struct display_input *input)
{
	struct display_resize resize;

	display_resize_init(&resize, input);
	display_resize_set_guest(&resize, 800, 600, 0);
	display_resize_follow(&resize, 800, 600, 1, 1000);
	expect_nothing(input);
	assert_int_equal(display_resize_timeout(&resize, 1000), -1);
	return resize;
}

static void a_size_that_settles_is_asked_for_once(void **state)
{
	struct display_resize resize = shown(*state);

	display_resize_follow(&resize, 900, 600, 1, 2000);
	assert_in_range(display_resize_timeout(&resize, 2000), 1, 1000);
	display_resize_follow(&resize, 1000, 700, 1, 2100);
	display_resize_follow(&resize, 1000, 700, 1, 2200);
	expect_nothing(*state);
	display_resize_follow(&resize, 1000, 700, 1, 2250);
	expect(*state, 1000, 700, 96);
	display_resize_follow(&resize, 1000, 700, 1, 9000);
	expect_nothing(*state);
	assert_int_equal(display_resize_timeout(&resize, 9000), -1);
}

static void the_desktop_has_time_to_give_the_guests_size(void **state)
{
	struct display_resize resize = shown(*state);

	display_resize_set_guest(&resize, 1024, 768, 2000);
	display_resize_follow(&resize, 800, 600, 1, 2400);
	expect_nothing(*state);
	display_resize_follow(&resize, 1024, 768, 1, 2450);
	display_resize_follow(&resize, 1024, 768, 1, 9000);
	expect_nothing(*state);
	assert_false(resize.has_asked);
}

static void a_desktop_that_gives_less_makes_the_guest_smaller(void **state)
{
	struct display_resize resize = shown(*state);

	display_resize_set_guest(&resize, 3840, 2160, 2000);
	display_resize_follow(&resize, 1900, 1000, 1, 2100);
	display_resize_follow(&resize, 1900, 1000, 1, 2250);
	expect(*state, 1900, 1000, 96);
}

static void the_types_limit_is_kept_in_each_direction(void **state)
{
	struct display_resize resize = shown(*state);

	resize.max_width = 1920;
	resize.max_height = 1200;
	display_resize_follow(&resize, 3000, 1000, 2, 2000);
	display_resize_follow(&resize, 3000, 1000, 2, 2150);
	expect(*state, 1920, 1000, 192);
	assert_true(resize.told);
}

static void a_vm_that_starts_anew_is_asked_again(void **state)
{
	struct display_resize resize = shown(*state);

	display_resize_begin(&resize, "");
	display_resize_follow(&resize, 800, 600, 1, 2000);
	expect_nothing(*state);
	display_resize_follow(&resize, 640, 480, 1, 3000);
	display_resize_follow(&resize, 640, 480, 1, 3150);
	expect(*state, 640, 480, 96);
	display_resize_begin(&resize, "");
	display_resize_follow(&resize, 640, 480, 1, 9000);
	expect(*state, 640, 480, 96);
}

static void without_a_wish_nothing_is_asked(void **state)
{
	struct display_resize resize;

	display_resize_init(&resize, NULL);
	display_resize_follow(&resize, 640, 480, 1, 1000);
	display_resize_follow(&resize, 640, 480, 1, 9000);
	assert_int_equal(display_resize_timeout(&resize, 9000), -1);
	expect_nothing(*state);
}

static void the_resolution_is_read_from_a_types_description(void **state)
{
	static const struct {
		const char *description;
		bool found;
		uint32_t width, height;
	} cases[] = {
		{ "low_gm_size: 64MB\nhigh_gm_size: 384MB\nfence: 4\nresolution: 1024x768\n"
		  "weight: 2\n",
		  true, 1024, 768 },
		{ "resolution: 1920x1200", true, 1920, 1200 },
		{ "resolution: 99999x99999\n", false, 0, 0 },
		{ "resolution: 0x768\n", false, 0, 0 },
		{ "resolution: -1x768\n", false, 0, 0 },
		{ "resolution: 1024 768\n", false, 0, 0 },
		{ "resolution: ", false, 0, 0 },
		{ "virtual display\n", false, 0, 0 },
		{ "", false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint32_t width, height;

		assert_int_equal(display_resize_parse(cases[i].description, &width, &height),
				 cases[i].found);
		if (!cases[i].found)
			continue;
		assert_int_equal(width, cases[i].width);
		assert_int_equal(height, cases[i].height);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_size_that_settles_is_asked_for_once, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_desktop_has_time_to_give_the_guests_size, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_desktop_that_gives_less_makes_the_guest_smaller,
						setup, teardown),
		cmocka_unit_test_setup_teardown(the_types_limit_is_kept_in_each_direction, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_vm_that_starts_anew_is_asked_again, setup,
						teardown),
		cmocka_unit_test_setup_teardown(without_a_wish_nothing_is_asked, setup, teardown),
		cmocka_unit_test(the_resolution_is_read_from_a_types_description),
	};

	return cmocka_run_group_tests_name("display resize", tests, NULL, NULL);
}
