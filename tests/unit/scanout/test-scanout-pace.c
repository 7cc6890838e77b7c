/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "display/scanout/pace.h"
#include "display/scanout/protocol.h"

#define US	     UINT64_C(1000)
#define MS	     UINT64_C(1000000)
#define S	     UINT64_C(1000000000)
#define BEGIN	     (5 * S) /* of the virtual clock */
#define MOST_FLIPS   20000
#define MOST_INPUTS  50000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- guests ------------------------------------------------------------------ */

/* What happens on a virtual clock, and what the looks at it came to. */
static struct {
	uint64_t flips[MOST_FLIPS], inputs[MOST_INPUTS];
	size_t flip_count, input_count;
	uint64_t random;
	unsigned int busy; /* 0: the host is not */

	struct scanout_pace pace;
	uint32_t delays[MOST_FLIPS]; /* of each flip until it was noticed; microseconds */
	size_t noticed;
	uint64_t wakes, begin, end; /* those between */
} sim;

static uint64_t draw(uint64_t most)
{
	sim.random ^= sim.random << 13;
	sim.random ^= sim.random >> 7;
	sim.random ^= sim.random << 17;
	return sim.random % (most + 1);
}

static void add_flip(uint64_t at)
{
	assert_true(sim.flip_count < MOST_FLIPS);
	if (sim.flip_count == 0 || at > sim.flips[sim.flip_count - 1])
		sim.flips[sim.flip_count++] = at;
}

static void add_input(uint64_t at)
{
	assert_true(sim.input_count < MOST_INPUTS);
	sim.inputs[sim.input_count++] = at;
}

/*
 * Flips at a rate, mHz, each early or late by the jitter at most; one in `missed` is left
 * out, if that is not 0, and one in `heavy` 5 ms late.
 */
struct steady {
	uint64_t rate;
	uint64_t jitter;
	unsigned int missed, heavy;
};

static void add_steady(const struct steady *guest, uint64_t from, uint64_t to)
{
	for (uint64_t i = 0;; i++) {
		uint64_t at = from + i * (1000 * S) / guest->rate;

		if (at >= to)
			return;
		if (guest->missed != 0 && draw(guest->missed - 1) == 0)
			continue;
		if (guest->heavy != 0 && draw(guest->heavy - 1) == 0)
			at += 5 * MS;
		add_flip(at - guest->jitter + draw(2 * guest->jitter) + 1);
	}
}

/* Between two flips as long as that, by chance. */
static void add_irregular(uint64_t least, uint64_t most, uint64_t from, uint64_t to)
{
	for (uint64_t at = from; at < to; at += least + draw(most - least))
		add_flip(at);
}

/* Film on a screen of 60 Hz. */
static void add_pulldown(uint64_t jitter, uint64_t from, uint64_t to)
{
	uint64_t refresh = 0;

	for (uint64_t i = 0; from + refresh * S / 60 < to; i++) {
		add_flip(from + refresh * S / 60 - jitter + draw(2 * jitter));
		refresh += i % 2 == 0 ? 2 : 3;
	}
}

/* --- the helper's loop, on that clock ------------------------------------------ */

static void begin(void)
{
	memset(&sim, 0, sizeof(sim));
	sim.random = 88172645463325252u;
	sim.begin = BEGIN;
}

/* Sees the newest of so many buffers, taken in turns; 0: each flip has another one. */
static void look(uint64_t now, size_t *seen, size_t *shown, unsigned int buffers)
{
	size_t flipped = *seen;

	while (flipped < sim.flip_count && sim.flips[flipped] <= now)
		flipped++;
	*seen = flipped;
	if (flipped == *shown || (buffers != 0 && flipped % buffers == *shown % buffers))
		return;
	scanout_pace_note_flip(&sim.pace, now);
	for (; *shown < flipped; (*shown)++)
		sim.delays[sim.noticed++] = (uint32_t)((now - sim.flips[*shown]) / US);
}

/*
 * A wake-up is late: by 20 to 80 microseconds, one in a hundred by a millisecond; on a busy
 * host one in so many by up to 8 milliseconds.
 */
static uint64_t wake_after(uint64_t at)
{
	sim.wakes += at >= sim.begin;
	return at + 20 * US + draw(60 * US) + (draw(99) == 0 ? MS : 0) +
	       (sim.busy != 0 && draw(sim.busy - 1) == 0 ? draw(8 * MS) : 0);
}

static void watch(uint64_t end, unsigned int buffers)
{
	uint64_t now = BEGIN, due = BEGIN;
	size_t seen = 0, shown = 0, heard = 0;

	assert_true(scanout_pace_set(&sim.pace, SCANOUT_INTERVAL_DEFAULT_US, BEGIN));
	sim.end = end;
	while (now < end) {
		uint64_t input = heard < sim.input_count ? sim.inputs[heard] : UINT64_MAX;

		if (scanout_pace_heeds_input(&sim.pace, due, now) && input < due)
			now = wake_after(input > now ? input : now);
		else
			now = wake_after(due + scanout_pace_slack(&sim.pace) - 1);
		for (; heard < sim.input_count && sim.inputs[heard] <= now; heard++) {
			if (scanout_pace_note_input(&sim.pace, now))
				due = now;
		}
		if (now < due)
			continue;
		look(now, &seen, &shown, buffers);
		due = scanout_pace_next(&sim.pace, due, now);
	}
}

static int by_value(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static uint32_t delay_at(unsigned int percent)
{
	qsort(sim.delays, sim.noticed, sizeof(sim.delays[0]), by_value);
	return sim.noticed == 0 ? 0 : sim.delays[(sim.noticed - 1) * percent / 100];
}

static uint64_t wakes_a_second(void)
{
	return sim.wakes * S / (sim.end - sim.begin);
}

struct bounds {
	uint64_t wakes;			/* a second */
	uint32_t median, most99, worst; /* microseconds */
};

static void expect(const char *name, const struct bounds *bounds)
{
	if (getenv("VERBOSE") != NULL)
		print_message("%s: %zu flips, %ju wakes a second; noticed after %u, %u, %u us\n",
			      name, sim.noticed, (uintmax_t)wakes_a_second(), delay_at(50),
			      delay_at(99), delay_at(100));
	if (wakes_a_second() > bounds->wakes || delay_at(50) > bounds->median ||
	    delay_at(99) > bounds->most99 || delay_at(100) > bounds->worst)
		fail_msg("%s: %ju wakes a second; noticed after %u, %u, %u us", name,
			 (uintmax_t)wakes_a_second(), delay_at(50), delay_at(99), delay_at(100));
}

/* --- tests --------------------------------------------------------------------- */

/* A tenth above what came out, or what is promised, whichever is less. */
static void a_steady_guest_is_awaited(void **state)
{
	static const struct {
		const char *name;
		struct steady guest;
		unsigned int buffers;
		struct bounds bounds;
	} cases[] = {
		{ "24 Hz", { 23976, 100 * US, 0, 0 }, 3, { 150, 500, 1500, 2000 } },
		{ "24 Hz, jitter", { 23976, MS, 0, 0 }, 3, { 210, 500, 1500, 2000 } },
		{ "30 Hz", { 30000, 100 * US, 0, 0 }, 2, { 155, 500, 1500, 2000 } },
		{ "30 Hz, jitter", { 30000, MS, 0, 0 }, 3, { 210, 500, 1500, 2000 } },
		{ "60 Hz", { 60000, 100 * US, 0, 0 }, 2, { 220, 500, 1500, 2000 } },
		{ "60 Hz, jitter", { 60000, MS, 0, 0 }, 3, { 335, 500, 1500, 2000 } },
		{ "60 Hz, missed", { 59940, 500 * US, 50, 0 }, 3, { 300, 500, 1500, 2000 } },
		{ "60 Hz, heavy", { 60000, 500 * US, 0, 50 }, 3, { 265, 500, 1500, 2000 } },
		{ "75 Hz, jitter", { 75000, MS, 0, 0 }, 2, { 420, 500, 1500, 2000 } },
		{ "144 Hz", { 144000, 200 * US, 0, 0 }, 3, { 480, 500, 1500, 2000 } },
		{ "144 Hz, jitter", { 144000, MS, 100, 0 }, 3, { 730, 500, 1500, 7000 } },
		{ "240 Hz", { 240000, 100 * US, 0, 0 }, 2, { 610, 500, 1500, 2000 } },
		{ "a caret", { 1887, 8 * MS, 0, 0 }, 2, { 230, 500, 1500, 2000 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin();
		add_steady(&cases[i].guest, BEGIN + MS, BEGIN + 60 * S);
		watch(BEGIN + 60 * S, cases[i].buffers);
		expect(cases[i].name, &cases[i].bounds);
	}
}

/* What is noticed late as this program was not woken in time says nothing of the guest. */
static void a_busy_host_does_not_hide_a_rhythm(void **state)
{
	static const struct {
		unsigned int seconds;
		struct bounds bounds;
	} cases[] = {
		{ 1, { 430, 500, 10000, 17000 } },
		{ 60, { 210, 500, 10000, 17000 } },
	};
	const struct steady guest = { .rate = 60000, .jitter = 100 * US };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin();
		sim.busy = 12;
		add_steady(&guest, BEGIN + MS, BEGIN + cases[i].seconds * S);
		watch(BEGIN + cases[i].seconds * S, 3);
		expect("busy", &cases[i].bounds);
	}
}

static void film_in_turns_of_two_and_three_is_awaited(void **state)
{
	static const struct bounds bounds = { 230, 500, 1500, 2000 };

	(void)state;
	begin();
	add_pulldown(500 * US, BEGIN + MS, BEGIN + 60 * S);
	watch(BEGIN + 60 * S, 3);
	expect("film", &bounds);
}

static void an_irregular_guest_is_looked_at_often(void **state)
{
	static const struct {
		const char *name;
		uint64_t least, most;
		struct bounds bounds;
	} cases[] = {
		{ "16 to 17 ms", 16 * MS, 17 * MS, { 300, 500, 1500, 2000 } },
		{ "15 to 19 ms", 15 * MS, 19 * MS, { 770, 500, 2000, 9000 } },
		{ "10 to 25 ms", 10 * MS, 25 * MS, { 2000, 500, 2000, 17000 } },
		{ "1 to 40 ms", MS, 40 * MS, { 2000, 500, 2000, 17000 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin();
		add_irregular(cases[i].least, cases[i].most, BEGIN + MS, BEGIN + 60 * S);
		watch(BEGIN + 60 * S, 3);
		expect(cases[i].name, &cases[i].bounds);
	}
}

/* Each of them ends the trust in the rhythm, for longer each time. */
static void what_comes_between_steady_flips_is_late_less_and_less_often(void **state)
{
	static const struct bounds bounds = { 2000, 500, 2000, 17000 };

	(void)state;
	begin();
	for (uint64_t i = 0; i < UINT64_C(60) * 60; i++) {
		add_flip(BEGIN + MS + i * S / 60);
		if (draw(29) == 0)
			add_flip(BEGIN + MS + i * S / 60 + 2 * MS + draw(12 * MS));
	}
	watch(BEGIN + 60 * S, 3);
	expect("between", &bounds);
}

static void a_change_of_rate_is_noticed(void **state)
{
	static const uint64_t rates[][2] = {
		{ 30000, 60000 }, { 60000, 144000 }, { 48000, 144000 },
		{ 24000, 60000 }, { 60000, 72000 },  { 120000, 240000 },
	};
	static const struct bounds bounds = { 540, 500, 2000, 17000 };

	(void)state;
	for (size_t i = 0; i < COUNT(rates); i++) {
		for (unsigned int buffers = 2; buffers <= 3; buffers++) {
			char name[64];

			begin();
			for (uint64_t s = 0; s < 60; s += 5) {
				const struct steady guest = { .rate = rates[i][s / 5 % 2],
							      .jitter = 100 * US };

				add_steady(&guest, BEGIN + s * S + MS, BEGIN + (s + 5) * S);
			}
			watch(BEGIN + 60 * S, buffers);
			snprintf(name, sizeof(name), "%ju and %ju mHz, %u buffers",
				 (uintmax_t)rates[i][0], (uintmax_t)rates[i][1], buffers);
			expect(name, &bounds);
		}
	}
}

/* Its first flip then is late by that at most. */
static void a_guest_that_stands_still_is_looked_at_once_a_refresh(void **state)
{
	static const struct bounds still = { 60, 0, 0, 0 };
	static const struct bounds seldom = { 1000, 17100, 18100, 18100 };

	(void)state;
	begin();
	sim.begin = BEGIN + 3 * S;
	watch(BEGIN + 60 * S, 3);
	expect("still", &still);

	begin();
	add_irregular(4 * S, 8 * S, BEGIN + MS, BEGIN + 600 * S);
	watch(BEGIN + 600 * S, 3);
	expect("seldom", &seldom);
}

/* What was before a stillness, and the first flip after it, are of no use. */
static void a_rhythm_is_found_soon_after_a_stillness(void **state)
{
	const struct steady guest = { .rate = 60000, .jitter = 100 * US };

	(void)state;
	begin();
	add_steady(&guest, BEGIN + MS, BEGIN + 2 * S);
	add_steady(&guest, BEGIN + 6 * S, BEGIN + 6 * S + 200 * MS);
	watch(BEGIN + 5 * S, 3);
	assert_true(sim.pace.rhythm.period != 0);
	watch(BEGIN + 6 * S + 200 * MS, 3);
	assert_in_range(sim.pace.rhythm.period, 16600 * US, 16733 * US);
	assert_in_range(sim.pace.followed, 1, 12);
}

static void what_is_no_rhythm_is_none(void **state)
{
	uint64_t flips[SCANOUT_RHYTHM_FLIPS];
	struct scanout_rhythm rhythm;

	(void)state;
	for (size_t i = 0; i < COUNT(flips); i++)
		flips[i] = BEGIN;
	assert_false(scanout_rhythm_find(&rhythm, flips, COUNT(flips)));
	/* too few */
	for (size_t i = 0; i < COUNT(flips); i++)
		flips[i] = BEGIN + i * 16 * MS;
	assert_false(scanout_rhythm_find(&rhythm, flips, 0));
	assert_false(scanout_rhythm_find(&rhythm, flips, SCANOUT_RHYTHM_LEAST - 1));
	assert_true(scanout_rhythm_find(&rhythm, flips, SCANOUT_RHYTHM_LEAST));
	/* a second flip at a refresh */
	assert_int_equal(rhythm.period, 16 * MS);
	assert_int_equal(rhythm.last, flips[SCANOUT_RHYTHM_LEAST - 1]);
	assert_true(scanout_rhythm_has(&rhythm, rhythm.last + 17 * MS));
	assert_false(scanout_rhythm_has(&rhythm, rhythm.last + MS));
	for (size_t i = 0; i < COUNT(flips); i++)
		flips[i] = BEGIN + i / 2 * 16 * MS + i % 2 * MS;
	assert_false(scanout_rhythm_find(&rhythm, flips, COUNT(flips)));
	assert_false(scanout_rhythm_find(&rhythm, flips, COUNT(flips) - 1));
	/* sums of times that would be beyond 64 bits */
	for (size_t i = 0; i < COUNT(flips); i++)
		flips[i] = BEGIN + i * 86400 * S;
	assert_false(scanout_rhythm_find(&rhythm, flips, COUNT(flips)));
	for (size_t i = 0; i < COUNT(flips); i++)
		flips[i] = BEGIN + i * 16 * MS + (i > 8 ? S * 86400 * 30 : 0);
	assert_false(scanout_rhythm_find(&rhythm, flips, COUNT(flips)));
}

static void what_the_user_does_to_it_is_noticed_at_once(void **state)
{
	static const struct bounds bounds = { 1000, 500, 1500, 2000 };

	(void)state;
	begin();
	for (uint64_t at = BEGIN + 6 * S; at < BEGIN + 600 * S; at += 5 * S + draw(S)) {
		add_input(at);
		add_flip(at + MS + draw(250 * MS));
	}
	watch(BEGIN + 600 * S, 3);
	expect("input", &bounds);
}

/* A film that was stopped flips no more by itself, whatever its rhythm was. */
static void what_the_user_does_after_steady_flips_is_noticed_at_once(void **state)
{
	static const struct bounds bounds = { 1200, 500, 1500, 2000 };
	const struct steady guest = { .rate = 60000, .jitter = 100 * US };

	(void)state;
	begin();
	for (uint64_t at = BEGIN + MS; at < BEGIN + 600 * S; at += 8 * S) {
		uint64_t input = at + 2 * S + draw(5 * S);

		add_steady(&guest, at, at + S);
		add_input(at - 50 * MS);
		add_input(input);
		add_flip(input + MS + draw(250 * MS));
	}
	watch(BEGIN + 600 * S, 3);
	expect("input after a film", &bounds);
}

/* What a key changes comes between two pictures of a film, as it is or on a screen of 60 Hz. */
static void what_the_user_does_beside_a_film_is_noticed_at_once(void **state)
{
	static const struct bounds bounds = { 700, 500, 1500, 2000 };

	(void)state;
	for (int on_screen = 0; on_screen < 2; on_screen++) {
		begin();
		for (uint64_t i = 0; i < UINT64_C(60) * 24; i++) {
			uint64_t refresh = i * 5 / 2;
			uint64_t at = BEGIN + 20 * MS + (on_screen ? refresh * S / 60 : i * S / 24);

			if (i % 50 == 49)
				add_input(at - 17 * MS);
			add_flip(at);
			if (i % 50 == 49)
				add_flip(at + 3 * MS + draw(25 * MS));
		}
		watch(BEGIN + 60 * S, 3);
		expect("input beside a film", &bounds);
	}
}

/* Beside a guest that flips at each refresh it is passed over. */
static void input_that_floods_costs_no_more_than_flips(void **state)
{
	static const struct bounds still = { 2000, 0, 0, 0 };
	static const struct bounds steady = { 220, 500, 1500, 2000 };
	const struct steady guest = { .rate = 60000, .jitter = 100 * US };

	(void)state;
	for (int i = 0; i < 2; i++) {
		begin();
		for (uint64_t at = BEGIN + 4 * S; at < BEGIN + 16 * S; at += 250 * US)
			add_input(at);
		if (i == 1)
			add_steady(&guest, BEGIN + MS, BEGIN + 16 * S);
		sim.begin = BEGIN + 4 * S;
		watch(BEGIN + 16 * S, 3);
		expect("flood", i == 0 ? &still : &steady);
	}
}

static void a_window_that_nobody_sees_needs_no_looks(void **state)
{
	struct scanout_pace pace = { 0 };

	(void)state;
	assert_true(scanout_pace_set(&pace, SCANOUT_INTERVAL_DEFAULT_US, BEGIN));
	assert_true(scanout_pace_next(&pace, BEGIN, BEGIN) < BEGIN + MS);
	assert_true(scanout_pace_set(&pace, 0, BEGIN));
	assert_true(scanout_pace_next(&pace, BEGIN, BEGIN) == SCANOUT_NEVER);
	assert_false(scanout_pace_note_input(&pace, BEGIN));
	/* that it is seen again is to be heard at once */
	assert_true(scanout_pace_heeds_input(&pace, SCANOUT_NEVER, BEGIN));
}

static void a_picture_that_stands_still_is_looked_at_less_often(void **state)
{
	static const struct {
		uint32_t interval_us;
		uint64_t still, due, now, want; /* microseconds */
	} cases[] = {
		{ 500, 0, 1000, 1010, 1500 },
		{ 500, 999999, 1000, 1010, 1500 },
		{ 500, 1000000, 1000, 1010, 2000 },
		{ 500, 2499999, 1000, 1010, 2000 },
		{ 100, 2499999, 1000, 1010, 2000 },
		{ 500, 2500000, 1000, 1010, 17510 },
		{ 100, 3600000000, 1000, 1010, 17510 },
		{ 3000, 1000000, 1000, 1010, 4010 },
		{ 20000, 10000000, 1000, 1010, 21010 },
		/* missed deadlines are not made up for */
		{ 500, 0, 1000, 1499, 1500 },
		{ 500, 0, 1000, 1500, 2000 },
		{ 500, 0, 1000, 90000, 90500 },
	};
	const uint64_t base = 3600 * UINT64_C(1000000); /* an hour after boot */

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t now = (base + cases[i].now) * 1000;
		struct scanout_pace pace = {
			.interval_us = cases[i].interval_us,
			.flipped = now - cases[i].still * 1000,
			.stirred = now - cases[i].still * 1000,
		};
		uint64_t next = scanout_pace_next(&pace, (base + cases[i].due) * 1000, now);

		if (next != (base + cases[i].want) * 1000)
			fail_msg("case %zu: %ju", i, (uintmax_t)(next / 1000 - base));
	}
}

static void the_pace_is_one_that_there_is(void **state)
{
	struct scanout_pace pace = { .interval_us = 500 };

	(void)state;
	assert_false(scanout_pace_set(&pace, 1, S));
	assert_false(scanout_pace_set(&pace, SCANOUT_INTERVAL_MIN_US - 1, S));
	assert_false(scanout_pace_set(&pace, SCANOUT_INTERVAL_MAX_US + 1, S));
	assert_false(scanout_pace_set(&pace, UINT32_MAX, S));
	assert_int_equal(pace.interval_us, 500);
	assert_true(scanout_pace_set(&pace, SCANOUT_INTERVAL_MIN_US, S));
	assert_true(scanout_pace_set(&pace, SCANOUT_INTERVAL_MAX_US, S));
	assert_true(scanout_pace_set(&pace, 0, S));
	assert_true(scanout_pace_next(&pace, 1, 2) == SCANOUT_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_steady_guest_is_awaited),
		cmocka_unit_test(a_busy_host_does_not_hide_a_rhythm),
		cmocka_unit_test(film_in_turns_of_two_and_three_is_awaited),
		cmocka_unit_test(an_irregular_guest_is_looked_at_often),
		cmocka_unit_test(what_comes_between_steady_flips_is_late_less_and_less_often),
		cmocka_unit_test(a_change_of_rate_is_noticed),
		cmocka_unit_test(a_guest_that_stands_still_is_looked_at_once_a_refresh),
		cmocka_unit_test(a_rhythm_is_found_soon_after_a_stillness),
		cmocka_unit_test(what_is_no_rhythm_is_none),
		cmocka_unit_test(what_the_user_does_to_it_is_noticed_at_once),
		cmocka_unit_test(what_the_user_does_after_steady_flips_is_noticed_at_once),
		cmocka_unit_test(what_the_user_does_beside_a_film_is_noticed_at_once),
		cmocka_unit_test(input_that_floods_costs_no_more_than_flips),
		cmocka_unit_test(a_window_that_nobody_sees_needs_no_looks),
		cmocka_unit_test(a_picture_that_stands_still_is_looked_at_less_often),
		cmocka_unit_test(the_pace_is_one_that_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
