/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/decide/pace.h"
#include "display/decide/stats.h"

#define MS INT64_C(1000000)
#define S  (1000 * MS)

/* A monitor of 100 Hz that took the last picture at 1 s; drawing takes 1 ms. */
static struct display_pace pace_at(enum display_pace_mode mode)
{
	struct display_pace pace;

	display_pace_init(&pace, mode);
	display_pace_set_rate(&pace, 100);
	display_pace_note(&pace, S - 14 * MS, S - 13 * MS, S - 10 * MS);
	return pace;
}

static void a_picture_waits_for_the_last_moment_before_the_refresh(void **state)
{
	static const struct {
		int64_t now, want; /* ms after the refresh; a quarter of a period is kept free */
	} cases[] = {
		{ 0, 65 }, { 10, 65 }, { 65, 65 }, { 66, 165 }, { 100, 165 }, { 4000, 4065 },
	};
	struct display_pace pace = pace_at(DISPLAY_PACE_VSYNC);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(display_pace_due(&pace, S + cases[i].now * MS / 10),
				 S + cases[i].want * MS / 10);
}

static void flip(struct display_pace *pace, uint64_t number, int64_t seen)
{
	const struct display_flip flip = { .number = number, .seen_ns = (uint64_t)seen };

	display_pace_flip(pace, &flip);
}

static void a_picture_waits_only_for_a_newer_one_that_may_come(void **state)
{
	static const struct {
		int64_t interval; /* ms between the flips before the last one, which is 1 ms ago */
		uint64_t step;	  /* of their numbers */
		bool waits;
	} cases[] = {
		{ 4, 1, true },				 /* due in 5.5 ms */
		{ 6, 1, true },	      { 7, 1, false },	 /* after that */
		{ 16, 1, false },     { 16, 4, true },	 /* three of four were missed */
		{ 400, 1, false },    { 1000, 1, true }, /* a pause */
		{ 16, 0, true },			 /* their source began anew */
		{ 16, 100000, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct display_pace pace = pace_at(DISPLAY_PACE_VSYNC);

		flip(&pace, 5, S - cases[i].interval * MS);
		assert_int_equal(display_pace_due(&pace, S + MS), S + 65 * MS / 10);
		flip(&pace, 5 + cases[i].step, S);
		assert_int_equal(display_pace_due(&pace, S + MS),
				 cases[i].waits ? S + 65 * MS / 10 : S + MS);
	}
}

static void a_guest_that_is_slow_for_once_is_soon_fast_again(void **state)
{
	struct display_pace pace = pace_at(DISPLAY_PACE_VSYNC);

	(void)state;
	flip(&pace, 1, S - 258 * MS);
	flip(&pace, 2, S - 254 * MS);
	flip(&pace, 3, S - 4 * MS);
	/* QEMU's picture in between is none of its flips. */
	flip(&pace, 0, 0);
	assert_int_equal(display_pace_due(&pace, S + MS), S + MS);
	flip(&pace, 4, S);
	assert_int_equal(display_pace_due(&pace, S + MS), S + 65 * MS / 10);
}

/* The next one would wait until that has taken the one that is there. */
static void a_refresh_takes_one_picture(void **state)
{
	static const struct {
		int64_t presented, now, waits, overtaken_not; /* ms / 10 after S */
	} cases[] = {
		{ 70, 80, 165, 100 }, { 70, 99, 165, 100 }, { 70, 120, 165, 120 },
		{ 1, 1, 165, 100 },   { 0, 1, 165, 100 }, /* held up until the last refresh: this is
							     for the next */
		{ -1, 1, 65, 1 },     { 99, 99, 165, 100 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct display_pace pace = pace_at(DISPLAY_PACE_VSYNC);
		int64_t presented = S + cases[i].presented * MS / 10;
		int64_t now = S + cases[i].now * MS / 10;

		display_pace_note(&pace, presented - MS, presented, presented);
		assert_int_equal(display_pace_due(&pace, now), S + cases[i].waits * MS / 10);
		flip(&pace, 1, now - 30 * MS);
		flip(&pace, 2, now);
		assert_int_equal(display_pace_due(&pace, now),
				 S + cases[i].overtaken_not * MS / 10);
	}
}

static void what_cannot_be_timed_is_drawn_at_once(void **state)
{
	struct display_pace immediate = pace_at(DISPLAY_PACE_IMMEDIATE);
	struct display_pace pace = pace_at(DISPLAY_PACE_VSYNC);
	struct display_pace fresh;

	(void)state;
	assert_int_equal(display_pace_due(&immediate, S), S);
	/* The phase was seen too long ago. */
	assert_int_equal(display_pace_due(&pace, 2 * S), 2 * S);
	display_pace_set_rate(&pace, 0);
	assert_int_equal(display_pace_due(&pace, S), S);
	display_pace_set_rate(&pace, -60);
	assert_int_equal(display_pace_due(&pace, S), S);
	display_pace_init(&fresh, DISPLAY_PACE_VSYNC);
	display_pace_set_rate(&fresh, 60);
	assert_int_equal(display_pace_due(&fresh, S), S);
}

static void drawing_that_takes_longer_begins_earlier(void **state)
{
	struct display_pace pace = pace_at(DISPLAY_PACE_VSYNC);

	(void)state;
	display_pace_note(&pace, S - 9 * MS, S - 6 * MS, S - 6 * MS);
	assert_int_equal(display_pace_due(&pace, S), S + 45 * MS / 10);
	/* One that is slow for once is forgotten. */
	for (int i = 0; i < 100; i++)
		display_pace_note(&pace, S - 9 * MS, S - 8 * MS, S - 8 * MS);
	assert_in_range(display_pace_due(&pace, S), S + 64 * MS / 10, S + 65 * MS / 10);
	/* Slower than the monitor: no waiting helps. */
	display_pace_note(&pace, S - 9 * MS, S, S);
	assert_int_equal(display_pace_due(&pace, S + MS), S + MS);
}

static void who_wakes_up_late_does_not_wait_for_another_refresh(void **state)
{
	struct display_pace pace = pace_at(DISPLAY_PACE_VSYNC);
	const int64_t due = S + 65 * MS / 10;

	(void)state;
	assert_int_equal(display_pace_decide(&pace, S), due);
	assert_int_equal(display_pace_decide(&pace, due + MS), due);
	display_pace_reconsider(&pace);
	assert_int_equal(display_pace_decide(&pace, due + MS), due + 10 * MS);
	display_pace_note(&pace, due + 10 * MS, due + 11 * MS, due + 11 * MS);
	assert_int_equal(display_pace_decide(&pace, due + 11 * MS), due + 20 * MS);
}

static void a_display_server_that_is_slow_each_time_is_no_refresh(void **state)
{
	struct display_pace pace;

	(void)state;
	display_pace_init(&pace, DISPLAY_PACE_VSYNC);
	display_pace_set_rate(&pace, 100);
	for (int i = 0; i < 2000; i++)
		display_pace_note(&pace, S, S + MS, S + 4 * MS);
	/* The phase is that of the first ones, which was seen too long ago by now. */
	pace.refreshed = 0;
	display_pace_note(&pace, 2 * S, 2 * S + MS, 2 * S + 4 * MS);
	assert_int_equal(pace.refreshed, 0);
	display_pace_note(&pace, 2 * S, 2 * S + MS, 2 * S + 6 * MS);
	assert_int_equal(pace.refreshed, 2 * S + 6 * MS);
	/* One that is quick once is slow by comparison from then on. */
	display_pace_note(&pace, 3 * S, 3 * S + MS, 3 * S + MS);
	display_pace_note(&pace, 3 * S, 3 * S + MS, 3 * S + 4 * MS);
	assert_int_equal(pace.refreshed, 3 * S + 4 * MS);
}

/* As on X11 with DRI3, where presenting itself never waits. */
static void waiting_for_a_buffer_tells_the_refresh(void **state)
{
	struct display_pace pace;

	(void)state;
	display_pace_init(&pace, DISPLAY_PACE_VSYNC);
	display_pace_set_rate(&pace, 100);
	display_pace_note_buffer(&pace, S, S + MS / 10);
	assert_int_equal(pace.refreshed, 0);
	display_pace_note_buffer(&pace, S, S + 4 * MS);
	assert_int_equal(pace.refreshed, S + 4 * MS);
	display_pace_note(&pace, S + 4 * MS, S + 5 * MS, S + 5 * MS);
	assert_int_equal(pace.refreshed, S + 4 * MS);
	/* The next one is drawn for the refresh after the one that takes that. */
	assert_int_equal(display_pace_due(&pace, S + 6 * MS), S + 205 * MS / 10);
	/* One that is slow each time is none, and is no measure for presenting. */
	for (int i = 0; i < 2000; i++)
		display_pace_note_buffer(&pace, S, S + 3 * MS);
	pace.refreshed = 0;
	display_pace_note_buffer(&pace, S, S + 3 * MS);
	assert_int_equal(pace.refreshed, 0);
	display_pace_note(&pace, S, S + MS, S + 4 * MS);
	assert_int_equal(pace.refreshed, S + 4 * MS);
}

static void what_the_display_server_says_is_not_guessed(void **state)
{
	struct display_pace pace = pace_at(DISPLAY_PACE_VSYNC);

	(void)state;
	display_pace_note_refresh(&pace, S + 2 * MS);
	assert_int_equal(pace.refreshed, S + 2 * MS);
	display_pace_note(&pace, S + 3 * MS, S + 4 * MS, S + 90 * MS);
	display_pace_note_buffer(&pace, S + 3 * MS, S + 90 * MS);
	assert_int_equal(pace.refreshed, S + 2 * MS);
	/* A picture that it has taken holds the next one up no more. */
	display_pace_note(&pace, S + 3 * MS, S + 4 * MS, S + 4 * MS);
	display_pace_note_refresh(&pace, S + 12 * MS);
	flip(&pace, 1, S);
	flip(&pace, 2, S + 12 * MS);
	assert_int_equal(display_pace_due(&pace, S + 13 * MS), S + 13 * MS);
}

static void present(struct display_stats *stats, uint64_t number, int64_t seen, int64_t now)
{
	const struct display_flip flip = { .number = number, .seen_ns = (uint64_t)seen };

	display_stats_present(stats, &flip, true, now);
}

static void flips_that_were_never_shown_are_lost(void **state)
{
	struct display_stats_report report;
	struct display_stats stats;

	(void)state;
	display_stats_begin(&stats, S);
	present(&stats, 5, S, S + MS);
	present(&stats, 6, S, S + MS);
	present(&stats, 0, 0, S + MS);
	present(&stats, 10, S, S + 30 * MS);
	assert_false(display_stats_report(&stats, 3, 100, 2 * S - 1, &report));
	assert_true(display_stats_report(&stats, 3, 100, 3 * S, &report));
	assert_true(report.direct);
	assert_int_equal(report.presented * 2, 4);
	assert_int_equal(report.flipped * 2, 6);
	assert_int_equal(report.lost, 3);
	assert_int_equal(report.imports, 3);
	assert_int_equal(report.copied, 100);
	assert_int_equal(report.median_ms * 10, 11);
	assert_int_equal(report.late_ms * 10, 301);

	/* The next second goes on from there. */
	present(&stats, 12, 3 * S, 3 * S + 5 * S);
	assert_true(display_stats_report(&stats, 4, 150, 9 * S, &report));
	assert_int_equal(report.lost, 1);
	assert_int_equal(report.imports, 1);
	assert_int_equal(report.copied, 50);
	assert_int_equal(report.late_ms, 100);
	/* A helper that was started anew. */
	present(&stats, 1, 9 * S, 9 * S);
	assert_true(display_stats_report(&stats, 4, 150, 10 * S, &report));
	assert_int_equal(report.lost, 0);
}

static void nothing_shown_is_a_report_of_zeros(void **state)
{
	struct display_stats_report report;
	struct display_stats stats;
	char line[256] = "";
	FILE *file = fmemopen(line, sizeof(line), "w");

	(void)state;
	display_stats_begin(&stats, S);
	assert_true(display_stats_report(&stats, 0, 0, 2 * S, &report));
	assert_int_equal(display_stats_write(&report, file), 0);
	fclose(file);
	assert_string_equal(line, "{\"seconds\":1.000,\"source\":\"dbus\",\"presented\":0.00,"
				  "\"flipped\":0.00,\"lost\":0,\"latency_ms\":{\"median\":0.0,"
				  "\"p99\":0.0},\"imports\":0,\"copied_bytes\":0}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_waits_for_the_last_moment_before_the_refresh),
		cmocka_unit_test(a_picture_waits_only_for_a_newer_one_that_may_come),
		cmocka_unit_test(a_guest_that_is_slow_for_once_is_soon_fast_again),
		cmocka_unit_test(a_refresh_takes_one_picture),
		cmocka_unit_test(what_cannot_be_timed_is_drawn_at_once),
		cmocka_unit_test(drawing_that_takes_longer_begins_earlier),
		cmocka_unit_test(who_wakes_up_late_does_not_wait_for_another_refresh),
		cmocka_unit_test(a_display_server_that_is_slow_each_time_is_no_refresh),
		cmocka_unit_test(waiting_for_a_buffer_tells_the_refresh),
		cmocka_unit_test(what_the_display_server_says_is_not_guessed),
		cmocka_unit_test(flips_that_were_never_shown_are_lost),
		cmocka_unit_test(nothing_shown_is_a_report_of_zeros),
	};

	return cmocka_run_group_tests_name("display pace and statistics", tests, NULL, NULL);
}
