/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/decide/schedule.h"

#define MS    INT64_C(1000000)
#define S     (1000 * MS)
#define NEVER DISPLAY_SCHEDULE_NEVER

/* A viewer without its window: a clock that jumps from one wake-up to the next. */
struct viewer {
	struct display_screen screen;
	struct display_schedule schedule;
	struct display_schedule_facts facts;
	int64_t now;
	uint64_t flips;
	int draws, presents, wakes;
};

static void begin(struct viewer *viewer, enum display_pace_mode mode)
{
	*viewer = (struct viewer){ .now = 10 * S,
				   .facts = { .shown = true, .visible = true, .next = NEVER } };
	display_screen_begin(&viewer->screen, viewer->now);
	display_schedule_init(&viewer->schedule, mode);
	display_pace_set_rate(&viewer->schedule.pace, 60);
}

static void flip(struct viewer *viewer)
{
	const struct display_update update = {
		.has_frame = true,
		.frame = { .kind = DISPLAY_FRAME_DMABUF, .width = 640, .height = 480 },
		.damage = { .width = 640, .height = 480 },
		.direct = true,
		.flip = { .number = ++viewer->flips, .seen_ns = (uint64_t)viewer->now },
	};

	display_schedule_take(&viewer->schedule, &viewer->screen,
			      display_screen_take(&viewer->screen, &update, viewer->now));
}

static struct display_schedule_decision decide(struct viewer *viewer)
{
	return display_schedule_decide(&viewer->schedule, &viewer->screen, &viewer->facts,
				       viewer->now);
}

static void draw(struct viewer *viewer)
{
	if (!decide(viewer).presents)
		display_schedule_note_unseen(&viewer->schedule, viewer->now);
	else
		display_schedule_note(&viewer->schedule, viewer->now, viewer->now, viewer->now);
}

/* Lets the loop run as long as nothing comes from outside. */
static void run_until(struct viewer *viewer, int64_t end)
{
	while (viewer->now < end) {
		struct display_schedule_decision decision = decide(viewer);

		if (decision.draw_at <= viewer->now) {
			draw(viewer);
			viewer->draws++;
			viewer->presents += decision.presents;
			continue;
		}
		assert_true(decision.wake_at > viewer->now);
		viewer->now = decision.wake_at < end ? decision.wake_at : end;
		viewer->wakes++;
	}
}

static int draws_of_second(struct viewer *viewer)
{
	viewer->draws = viewer->presents = viewer->wakes = 0;
	run_until(viewer, viewer->now + S);
	return viewer->draws;
}

static void flip_for(struct viewer *viewer, int count, int64_t each)
{
	for (int i = 0; i < count; i++) {
		flip(viewer);
		run_until(viewer, viewer->now + each);
	}
}

static void each_flip_is_drawn_once(void **state)
{
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_IMMEDIATE);
	flip_for(&viewer, 120, 16 * MS);
	assert_int_equal(viewer.draws, 120);
	assert_int_equal(viewer.presents, 120);
}

static void a_still_picture_is_drawn_less_often(void **state)
{
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_IMMEDIATE);
	flip_for(&viewer, 60, 16 * MS);
	/* A quarter of a second of it is for the next flip to come. */
	assert_in_range(draws_of_second(&viewer), 40, 60);
	assert_in_range(draws_of_second(&viewer), 59, 61);
	assert_in_range(draws_of_second(&viewer), 55, 61);
	for (int second = 3; second < 7; second++)
		assert_in_range(draws_of_second(&viewer), 4, 6);
	for (int second = 7; second < 20; second++) {
		assert_in_range(draws_of_second(&viewer), 4, 5);
		assert_in_range(viewer.wakes, 4, 9);
	}
}

/* The phase of the monitor is known: a loop that wakes up late draws late, not a refresh later. */
static void a_still_picture_keeps_to_its_refresh(void **state)
{
	struct viewer viewer;
	int64_t at;

	(void)state;
	begin(&viewer, DISPLAY_PACE_VSYNC);
	flip_for(&viewer, 60, 16 * MS);
	run_until(&viewer, viewer.now + 500 * MS);
	display_pace_note_refresh(&viewer.schedule.pace, viewer.now);
	at = decide(&viewer).draw_at;
	viewer.now = at + MS;
	assert_int_equal(decide(&viewer).draw_at, at);
}

static void input_brings_the_rate_back_at_once(void **state)
{
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_IMMEDIATE);
	flip_for(&viewer, 60, 16 * MS);
	run_until(&viewer, viewer.now + 20 * S + 500 * MS);
	display_schedule_note_input(&viewer.schedule, viewer.now);
	assert_in_range(decide(&viewer).draw_at, 0, viewer.now + 17 * MS);
	assert_in_range(draws_of_second(&viewer), 59, 61);
	run_until(&viewer, viewer.now + 20 * S);
	assert_in_range(draws_of_second(&viewer), 4, 5);
}

static void a_flip_brings_the_rate_back_at_once(void **state)
{
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_IMMEDIATE);
	flip_for(&viewer, 60, 16 * MS);
	run_until(&viewer, viewer.now + 20 * S + 500 * MS);
	flip(&viewer);
	assert_true(decide(&viewer).draw_at <= viewer.now);
	draw(&viewer);
	assert_in_range(draws_of_second(&viewer), 40, 60);
}

/* What QEMU hands out says itself when it changes. */
static void only_planes_are_drawn_again_unasked(void **state)
{
	const struct display_update update = {
		.has_frame = true,
		.frame = { .kind = DISPLAY_FRAME_PIXELS, .width = 640, .height = 480 },
		.damage = { .width = 640, .height = 480 },
	};
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_IMMEDIATE);
	display_schedule_take(&viewer.schedule, &viewer.screen,
			      display_screen_take(&viewer.screen, &update, viewer.now));
	run_until(&viewer, viewer.now + 10 * S);
	assert_int_equal(viewer.draws, 1);
	assert_int_equal(decide(&viewer).wake_at, NEVER);
}

static void a_slow_guest_is_not_drawn_between_its_flips(void **state)
{
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_IMMEDIATE);
	flip_for(&viewer, 20, 200 * MS);
	assert_int_equal(viewer.draws, 20);
}

static void a_guest_without_a_picture_is_not_drawn_again(void **state)
{
	const struct display_update update = { .blank = true, .direct = true };
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_IMMEDIATE);
	flip(&viewer);
	display_schedule_take(&viewer.schedule, &viewer.screen,
			      display_screen_take(&viewer.screen, &update, viewer.now));
	run_until(&viewer, viewer.now + 10 * S);
	assert_int_equal(viewer.draws, 1);
}

static void what_the_desktop_does_not_take_is_hidden(void **state)
{
	struct viewer viewer;
	int64_t pending;

	(void)state;
	begin(&viewer, DISPLAY_PACE_VSYNC);
	flip(&viewer);
	run_until(&viewer, viewer.now + 20 * MS);
	pending = viewer.facts.pending_since = viewer.now;
	flip(&viewer);
	assert_false(decide(&viewer).rests);
	assert_int_equal(decide(&viewer).draw_at, NEVER);
	assert_in_range(decide(&viewer).wake_at, pending + 1, pending + 300 * MS);
	viewer.now = decide(&viewer).wake_at;
	assert_true(decide(&viewer).rests);
	assert_int_equal(decide(&viewer).wake_at, NEVER);
	/* Seen again: what came last is drawn at once. */
	viewer.facts.pending_since = 0;
	assert_false(decide(&viewer).rests);
	assert_true(decide(&viewer).presents);
	assert_true(decide(&viewer).draw_at <= viewer.now);
}

static void tearing_does_not_wait_but_notices_a_hidden_window(void **state)
{
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_IMMEDIATE);
	viewer.facts.pending_since = viewer.now;
	flip(&viewer);
	assert_true(decide(&viewer).presents);
	assert_int_equal(decide(&viewer).draw_at, viewer.now);
	viewer.now += 251 * MS;
	assert_true(decide(&viewer).rests);
	assert_int_equal(decide(&viewer).draw_at, NEVER);
}

static void a_film_goes_on_without_the_window(void **state)
{
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_VSYNC);
	flip(&viewer);
	run_until(&viewer, viewer.now + 20 * MS);
	viewer.facts.pending_since = viewer.now - S;
	viewer.facts.films = true;
	assert_false(decide(&viewer).seen);
	viewer.draws = viewer.presents = 0;
	flip_for(&viewer, 60, 16 * MS);
	assert_int_equal(viewer.draws, 60);
	assert_int_equal(viewer.presents, 0);
	assert_false(decide(&viewer).rests);
	/* In sight again, the window gets what the film has had, though nothing else comes. */
	viewer.facts.pending_since = 0;
	assert_true(decide(&viewer).presents);
	run_until(&viewer, viewer.now + 20 * MS);
	assert_int_equal(viewer.presents, 1);
}

static void the_window_comes_with_the_vgpus_picture(void **state)
{
	const struct display_update own = {
		.has_frame = true,
		.frame = { .kind = DISPLAY_FRAME_PIXELS, .width = 640, .height = 480 },
		.damage = { .width = 640, .height = 480 },
	};
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_VSYNC);
	assert_false(display_schedule_may_show(&viewer.screen, viewer.now + 999 * MS));
	assert_true(display_schedule_may_show(&viewer.screen, viewer.now + S));
	display_screen_take(&viewer.screen, &own, viewer.now);
	assert_false(display_schedule_may_show(&viewer.screen, viewer.now + 299 * MS));
	assert_true(display_schedule_may_show(&viewer.screen, viewer.now + 300 * MS));
	flip(&viewer);
	assert_true(display_schedule_may_show(&viewer.screen, viewer.now));
}

static void a_minimised_window_rests_unless_somebody_photographs_it(void **state)
{
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_VSYNC);
	flip(&viewer);
	viewer.facts.visible = false;
	assert_true(decide(&viewer).rests);
	assert_int_equal(decide(&viewer).draw_at, NEVER);
	viewer.facts.shoots = true;
	assert_false(decide(&viewer).rests);
	assert_in_range(decide(&viewer).wake_at, viewer.now, viewer.now + 10 * MS);
}

static void a_window_that_is_not_there_yet_draws_nothing(void **state)
{
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_VSYNC);
	viewer.facts.shown = false;
	flip(&viewer);
	assert_int_equal(decide(&viewer).draw_at, NEVER);
	assert_false(decide(&viewer).rests);
	assert_in_range(decide(&viewer).wake_at, viewer.now, viewer.now + 10 * MS);
}

static void who_else_has_something_to_do_wakes_the_loop(void **state)
{
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_VSYNC);
	viewer.facts.next = viewer.now + 3 * MS;
	assert_int_equal(decide(&viewer).wake_at, viewer.now + 3 * MS);
}

static void a_frame_is_drawn_when_its_damage_has_come(void **state)
{
	struct display_update frame = {
		.has_frame = true,
		.frame = { .kind = DISPLAY_FRAME_DMABUF, .width = 640, .height = 480 },
		.damage = { .width = 640, .height = 480 },
		.damage_follows = true,
	};
	const struct display_update damage = { .damage = frame.damage };
	struct viewer viewer;

	(void)state;
	begin(&viewer, DISPLAY_PACE_IMMEDIATE);
	display_schedule_take(&viewer.schedule, &viewer.screen,
			      display_screen_take(&viewer.screen, &frame, viewer.now));
	assert_in_range(decide(&viewer).draw_at, viewer.now + MS, viewer.now + 10 * MS);
	viewer.now += MS / 2;
	display_schedule_take(&viewer.schedule, &viewer.screen,
			      display_screen_take(&viewer.screen, &damage, viewer.now));
	assert_int_equal(decide(&viewer).draw_at, viewer.now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_flip_is_drawn_once),
		cmocka_unit_test(a_still_picture_is_drawn_less_often),
		cmocka_unit_test(a_still_picture_keeps_to_its_refresh),
		cmocka_unit_test(input_brings_the_rate_back_at_once),
		cmocka_unit_test(a_flip_brings_the_rate_back_at_once),
		cmocka_unit_test(only_planes_are_drawn_again_unasked),
		cmocka_unit_test(a_slow_guest_is_not_drawn_between_its_flips),
		cmocka_unit_test(a_guest_without_a_picture_is_not_drawn_again),
		cmocka_unit_test(what_the_desktop_does_not_take_is_hidden),
		cmocka_unit_test(tearing_does_not_wait_but_notices_a_hidden_window),
		cmocka_unit_test(a_film_goes_on_without_the_window),
		cmocka_unit_test(the_window_comes_with_the_vgpus_picture),
		cmocka_unit_test(a_minimised_window_rests_unless_somebody_photographs_it),
		cmocka_unit_test(a_window_that_is_not_there_yet_draws_nothing),
		cmocka_unit_test(who_else_has_something_to_do_wakes_the_loop),
		cmocka_unit_test(a_frame_is_drawn_when_its_damage_has_come),
	};

	return cmocka_run_group_tests_name("display schedule", tests, NULL, NULL);
}
