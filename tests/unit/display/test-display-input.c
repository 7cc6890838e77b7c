/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/mailbox/input.h"
#include "display/window/keymap.h"

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

static void put(struct display_input *input, enum display_input_kind kind, uint32_t code, int32_t x,
		int32_t y)
{
	struct display_input_event event = {
		.kind = kind, .down = true, .code = code, .x = x, .y = y
	};

	display_input_put(input, &event);
}

static bool is_readable(const struct display_input *input)
{
	struct pollfd fd = { .fd = display_input_fd(input), .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

static struct display_input_event take(struct display_input *input)
{
	struct display_input_event event = { 0 };

	assert_true(display_input_take(input, &event));
	return event;
}

static void events_keep_their_order(void **state)
{
	struct display_input *input = *state;
	struct display_input_event event;

	assert_false(is_readable(input));
	put(input, DISPLAY_INPUT_KEY, 30, 0, 0);
	put(input, DISPLAY_INPUT_MOVE_TO, 0, 1, 2);
	put(input, DISPLAY_INPUT_BUTTON, DISPLAY_BUTTON_RIGHT, 0, 0);
	put(input, DISPLAY_INPUT_MOVE_TO, 0, 3, 4);
	assert_true(is_readable(input));
	assert_int_equal(take(input).code, 30);
	assert_int_equal(take(input).x, 1);
	assert_int_equal(take(input).code, DISPLAY_BUTTON_RIGHT);
	assert_int_equal(take(input).y, 4);
	assert_false(display_input_take(input, &event));
	assert_false(is_readable(input));
}

static void moves_become_one(void **state)
{
	struct display_input *input = *state;
	struct display_input_event event;

	put(input, DISPLAY_INPUT_MOVE_TO, 0, 1, 1);
	put(input, DISPLAY_INPUT_MOVE_TO, 0, 5, 6);
	put(input, DISPLAY_INPUT_MOVE_BY, 0, 1, -2);
	put(input, DISPLAY_INPUT_MOVE_BY, 0, 10, -20);
	assert_int_equal(take(input).x, 5);
	event = take(input);
	assert_int_equal(event.x, 11);
	assert_int_equal(event.y, -22);
	assert_false(display_input_take(input, &event));
}

static void steps_do_not_overflow(void **state)
{
	struct display_input *input = *state;
	struct display_input_event event;

	put(input, DISPLAY_INPUT_MOVE_BY, 0, INT32_MAX, INT32_MIN);
	put(input, DISPLAY_INPUT_MOVE_BY, 0, INT32_MAX, INT32_MIN);
	event = take(input);
	assert_int_equal(event.x, INT16_MAX);
	assert_int_equal(event.y, INT16_MIN);
}

static void a_full_queue_drops_the_newest(void **state)
{
	struct display_input *input = *state;
	struct display_input_event event;
	uint32_t taken = 0;

	for (uint32_t i = 0; i < 5000; i++)
		put(input, DISPLAY_INPUT_KEY, i, 0, 0);
	while (display_input_take(input, &event))
		assert_int_equal(event.code, taken++);
	assert_in_range(taken, 1000, 4999);
	put(input, DISPLAY_INPUT_KEY, 7, 0, 0);
	assert_int_equal(take(input).code, 7);
}

/* A key that is held while nobody takes anything must not stay pressed. */
static void a_full_queue_drops_no_release(void **state)
{
	const struct display_input_event release = { .kind = DISPLAY_INPUT_KEY, .code = 42 };
	struct display_input *input = *state;
	struct display_input_event event;
	uint32_t downs = 0, last = 0;

	for (uint32_t i = 0; i < 5000; i++)
		put(input, DISPLAY_INPUT_KEY, 42, 0, 0);
	display_input_put(input, &release);
	while (display_input_take(input, &event)) {
		downs += event.down;
		last = event.down;
	}
	assert_in_range(downs, 1, 4999);
	assert_int_equal(last, 0);
}

static void without_a_guest_nothing_is_kept(void **state)
{
	struct display_input *input = *state;
	struct display_input_event event;

	put(input, DISPLAY_INPUT_KEY, 1, 0, 0);
	display_input_set_guest(input, false);
	put(input, DISPLAY_INPUT_KEY, 2, 0, 0);
	display_input_set_guest(input, true);
	put(input, DISPLAY_INPUT_KEY, 3, 0, 0);
	assert_int_equal(take(input).code, 1);
	assert_int_equal(take(input).code, 3);
	assert_false(display_input_take(input, &event));
}

/* XT set 1, by the tables of IBM's keyboard; 0x80 for the prefix 0xe0. */
static void keys_have_qemus_numbers(void **state)
{
	static const struct {
		SDL_Scancode scancode;
		uint32_t number;
	} cases[] = {
		{ SDL_SCANCODE_ESCAPE, 0x01 },
		{ SDL_SCANCODE_A, 0x1e },
		{ SDL_SCANCODE_Z, 0x2c },
		{ SDL_SCANCODE_RETURN, 0x1c },
		{ SDL_SCANCODE_SPACE, 0x39 },
		{ SDL_SCANCODE_F12, 0x58 },
		{ SDL_SCANCODE_RCTRL, 0x9d },
		{ SDL_SCANCODE_RALT, 0xb8 },
		{ SDL_SCANCODE_KP_ENTER, 0x9c },
		{ SDL_SCANCODE_UP, 0xc8 },
		{ SDL_SCANCODE_DELETE, 0xd3 },
		{ SDL_SCANCODE_LGUI, 0xdb },
		{ SDL_SCANCODE_NONUSBACKSLASH, 0x56 },
		{ SDL_SCANCODE_UNKNOWN, 0 },
		{ SDL_NUM_SCANCODES, 0 },
		{ (SDL_Scancode)-1, 0 },
		{ SDL_SCANCODE_BRIGHTNESSUP, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(display_keymap_number(cases[i].scancode), cases[i].number);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(events_keep_their_order, setup, teardown),
		cmocka_unit_test_setup_teardown(moves_become_one, setup, teardown),
		cmocka_unit_test_setup_teardown(steps_do_not_overflow, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_queue_drops_the_newest, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_queue_drops_no_release, setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_guest_nothing_is_kept, setup, teardown),
		cmocka_unit_test(keys_have_qemus_numbers),
	};

	return cmocka_run_group_tests_name("display input", tests, NULL, NULL);
}
