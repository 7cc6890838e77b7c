/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/decide/screen.h"

#define MS INT64_C(1000000)
#define S  (1000 * MS)

static const struct display_rect all = { .width = 640, .height = 480 };

static struct display_update frame_of(enum display_frame_kind kind, uint64_t flip)
{
	return (struct display_update){
		.has_frame = true,
		.frame = { .kind = kind, .width = 640, .height = 480 },
		.damage = all,
		.direct = flip != 0,
		.flip = { .number = flip, .seen_ns = (uint64_t)S },
	};
}

static unsigned int take_frame(struct display_screen *screen, uint64_t flip, int64_t now)
{
	struct display_update update = frame_of(DISPLAY_FRAME_DMABUF, flip);

	return display_screen_take(screen, &update, now);
}

static void the_first_frame_ends_the_blank(void **state)
{
	struct display_screen screen;
	const struct display_update nothing = { 0 };

	(void)state;
	display_screen_begin(&screen, S);
	assert_true(screen.blank);
	assert_int_equal(display_screen_take(&screen, &nothing, S), 0);
	assert_int_equal(take_frame(&screen, 1, S + MS),
			 DISPLAY_SCREEN_FRAME | DISPLAY_SCREEN_FIRST | DISPLAY_SCREEN_BLANK);
	assert_int_equal(screen.first, S + MS);
	assert_int_equal(screen.changed, S + MS);
	assert_int_equal(screen.pictures, 1);
	assert_int_equal(screen.width, 640);
	assert_int_equal(screen.height, 480);
	assert_true(screen.from_planes);
	assert_false(screen.blank);
	assert_int_equal(take_frame(&screen, 2, S + 2 * MS), DISPLAY_SCREEN_FRAME);
	assert_int_equal(screen.first, S + MS);
	assert_int_equal(screen.pictures, 2);
}

static void damage_without_any_frame_is_nothing(void **state)
{
	const struct display_update damage = { .damage = all };
	struct display_screen screen;

	(void)state;
	display_screen_begin(&screen, S);
	assert_int_equal(display_screen_take(&screen, &damage, S), 0);
	assert_int_equal(screen.pictures, 0);
	take_frame(&screen, 0, S);
	assert_int_equal(display_screen_take(&screen, &damage, S + MS), DISPLAY_SCREEN_DAMAGE);
	assert_int_equal(screen.pictures, 2);
	assert_int_equal(screen.changed, S + MS);
}

static void a_picture_that_comes_back_is_no_longer_blank(void **state)
{
	const struct display_update blank = { .blank = true }, damage = { .damage = all };
	struct display_screen screen;

	(void)state;
	display_screen_begin(&screen, S);
	take_frame(&screen, 1, S);
	assert_int_equal(display_screen_take(&screen, &blank, S), DISPLAY_SCREEN_BLANK);
	assert_true(screen.blank);
	assert_int_equal(display_screen_take(&screen, &blank, S), 0);
	assert_int_equal(display_screen_take(&screen, &damage, S),
			 DISPLAY_SCREEN_DAMAGE | DISPLAY_SCREEN_BLANK);
	assert_false(screen.blank);
}

/* A frame and its end in one update: what came last counts. */
static void a_frame_that_is_disabled_at_once_is_blank(void **state)
{
	struct display_update update = frame_of(DISPLAY_FRAME_DMABUF, 1);
	struct display_screen screen;

	(void)state;
	update.blank = true;
	display_screen_begin(&screen, S);
	display_screen_take(&screen, &update, S);
	assert_true(screen.blank);
}

static void a_frame_waits_for_its_damage_but_not_for_ever(void **state)
{
	struct display_update frame = frame_of(DISPLAY_FRAME_DMABUF, 0);
	const struct display_update damage = { .damage = all };
	struct display_screen screen;
	int64_t by;

	(void)state;
	frame.damage_follows = true;
	display_screen_begin(&screen, S);
	assert_true(display_screen_take(&screen, &frame, S) & DISPLAY_SCREEN_WHOLE);
	by = screen.damage_by;
	assert_in_range(by, S + MS, S + 10 * MS);
	/* Another one in the meantime does not put it off. */
	assert_false(display_screen_take(&screen, &frame, S + MS) & DISPLAY_SCREEN_WHOLE);
	assert_int_equal(screen.damage_by, by);
	assert_true(display_screen_take(&screen, &damage, S + 2 * MS) & DISPLAY_SCREEN_WHOLE);
	assert_int_equal(screen.damage_by, 0);
	assert_false(display_screen_take(&screen, &damage, S + 3 * MS) & DISPLAY_SCREEN_WHOLE);
}

static void only_what_comes_in_parts_has_to_stand_still(void **state)
{
	struct display_update pixels = frame_of(DISPLAY_FRAME_PIXELS, 0);
	struct display_screen screen;

	(void)state;
	display_screen_begin(&screen, S);
	display_screen_take(&screen, &pixels, 5 * S);
	assert_int_equal(display_screen_still_since(&screen), 5 * S);
	take_frame(&screen, 1, 6 * S);
	assert_int_equal(display_screen_still_since(&screen), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_frame_ends_the_blank),
		cmocka_unit_test(damage_without_any_frame_is_nothing),
		cmocka_unit_test(a_picture_that_comes_back_is_no_longer_blank),
		cmocka_unit_test(a_frame_that_is_disabled_at_once_is_blank),
		cmocka_unit_test(a_frame_waits_for_its_damage_but_not_for_ever),
		cmocka_unit_test(only_what_comes_in_parts_has_to_stand_still),
	};

	return cmocka_run_group_tests_name("display screen", tests, NULL, NULL);
}
