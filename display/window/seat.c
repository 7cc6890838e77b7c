/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/window/seat.h"

#include <string.h>

#define WHEEL_MAX 16 /* clicks in one event */

void display_seat_init(struct display_seat *seat, struct display_input *input,
		       struct display_window *window)
{
	*seat = (struct display_seat){ .input = input, .window = window };
}

static void put_key(struct display_seat *seat, uint32_t number, bool down)
{
	struct display_input_event event = { .kind = DISPLAY_INPUT_KEY,
					     .down = down,
					     .code = number };

	seat->keys[number] = down;
	display_input_put(seat->input, &event);
}

static void put_button(struct display_seat *seat, enum display_button button, bool down)
{
	struct display_input_event event = { .kind = DISPLAY_INPUT_BUTTON,
					     .down = down,
					     .code = button };

	if (down)
		seat->buttons |= 1u << button;
	else
		seat->buttons &= ~(1u << button);
	display_input_put(seat->input, &event);
}

static void release_all(struct display_seat *seat)
{
	for (uint32_t number = 0; number < DISPLAY_KEYMAP_NUMBERS; number++) {
		if (seat->keys[number])
			put_key(seat, number, false);
	}
	for (int button = DISPLAY_BUTTON_LEFT; button <= DISPLAY_BUTTON_LAST; button++) {
		if (seat->buttons & 1u << button)
			put_button(seat, (enum display_button)button, false);
	}
}

static void set_keyboard_grab(const struct display_seat *seat, bool grab)
{
	SDL_SetWindowKeyboardGrab(seat->window->sdl, grab ? SDL_TRUE : SDL_FALSE);
}

/*
 * While such a key is down, its combinations go to the desktop, even if the keyboard is
 * grabbed.
 */
static bool handle_host_key(struct display_seat *seat, const SDL_KeyboardEvent *key)
{
	for (size_t i = 0; i < seat->host_key_count; i++) {
		if (seat->host_keys[i] != key->keysym.scancode)
			continue;
		if (seat->grabbed && !key->repeat)
			set_keyboard_grab(seat, key->type == SDL_KEYUP);
		return true;
	}
	return false;
}

static void send_delete(struct display_seat *seat)
{
	static const SDL_Scancode chord[] = { SDL_SCANCODE_LCTRL, SDL_SCANCODE_LALT,
					      SDL_SCANCODE_DELETE };

	for (size_t i = 0; i < sizeof(chord) / sizeof(chord[0]); i++)
		put_key(seat, display_keymap_number(chord[i]), true);
	release_all(seat);
}

/* Repeats of the host are passed on, because QEMU's emulated keyboard does not repeat keys. */
static enum display_command handle_key(struct display_seat *seat, const SDL_KeyboardEvent *key)
{
	enum display_command command = display_hotkey_find(key, &seat->console);
	uint32_t number = display_keymap_number(key->keysym.scancode);
	bool down = key->type == SDL_KEYDOWN;

	if (command != DISPLAY_COMMAND_NONE) {
		/* The guest has seen Ctrl and Alt go down, which were not meant for it. */
		release_all(seat);
		if (command == DISPLAY_COMMAND_DELETE)
			send_delete(seat);
		return command;
	}
	if (handle_host_key(seat, key))
		return DISPLAY_COMMAND_NONE;
	/* A key still down after a hotkey, or pressed in another window, is not for the guest. */
	if (number != 0 && (seat->keys[number] || (down && !key->repeat)))
		put_key(seat, number, down);
	return DISPLAY_COMMAND_NONE;
}

bool display_seat_is_captured(const struct display_seat *seat)
{
	return seat->grabbed && SDL_GetRelativeMouseMode();
}

static void send_place(struct display_seat *seat, int32_t x, int32_t y,
		       const struct display_view *view)
{
	struct display_input_event event = { .kind = DISPLAY_INPUT_MOVE_TO };

	display_window_to_pixels(seat->window, &x, &y);
	if (display_view_to_guest(view, x, y, &event.x, &event.y))
		display_input_put(seat->input, &event);
}

static void handle_motion(struct display_seat *seat, const SDL_MouseMotionEvent *motion,
			  const struct display_view *view)
{
	struct display_input_event event = { .kind = DISPLAY_INPUT_MOVE_BY,
					     .x = motion->xrel,
					     .y = motion->yrel };

	if (display_input_is_absolute(seat->input))
		send_place(seat, motion->x, motion->y, view);
	else if (display_seat_is_captured(seat))
		display_input_put(seat->input, &event);
}

static bool button_of(uint8_t sdl, enum display_button *button)
{
	static const struct {
		uint8_t sdl;
		enum display_button button;
	} buttons[] = {
		{ SDL_BUTTON_LEFT, DISPLAY_BUTTON_LEFT },
		{ SDL_BUTTON_MIDDLE, DISPLAY_BUTTON_MIDDLE },
		{ SDL_BUTTON_RIGHT, DISPLAY_BUTTON_RIGHT },
		{ SDL_BUTTON_X1, DISPLAY_BUTTON_SIDE },
		{ SDL_BUTTON_X2, DISPLAY_BUTTON_EXTRA },
	};

	for (size_t i = 0; i < sizeof(buttons) / sizeof(buttons[0]); i++) {
		if (buttons[i].sdl == sdl) {
			*button = buttons[i].button;
			return true;
		}
	}
	return false;
}

static void handle_button(struct display_seat *seat, const SDL_MouseButtonEvent *click,
			  const struct display_view *view)
{
	bool down = click->type == SDL_MOUSEBUTTONDOWN;
	enum display_button button;

	/* The click that captures the mouse is not for the guest. */
	if (!display_input_is_absolute(seat->input) && !display_seat_is_captured(seat)) {
		if (down)
			display_seat_grab(seat, true);
		return;
	}
	if (!button_of(click->button, &button) || (!down && !(seat->buttons & 1u << button)))
		return;
	if (display_input_is_absolute(seat->input))
		send_place(seat, click->x, click->y, view);
	put_button(seat, button, down);
}

static void turn_wheel(struct display_seat *seat, int32_t clicks, enum display_button forth,
		       enum display_button back)
{
	enum display_button button = clicks > 0 ? forth : back;

	for (int32_t i = 0; i < abs(clicks) && i < WHEEL_MAX; i++) {
		put_button(seat, button, true);
		put_button(seat, button, false);
	}
}

static void handle_wheel(struct display_seat *seat, const SDL_MouseWheelEvent *wheel)
{
	int32_t sign = wheel->direction == SDL_MOUSEWHEEL_FLIPPED ? -1 : 1;

	if (!display_input_is_absolute(seat->input) && !display_seat_is_captured(seat))
		return;
	turn_wheel(seat, sign * wheel->y, DISPLAY_BUTTON_WHEEL_UP, DISPLAY_BUTTON_WHEEL_DOWN);
	turn_wheel(seat, sign * wheel->x, DISPLAY_BUTTON_WHEEL_RIGHT, DISPLAY_BUTTON_WHEEL_LEFT);
}

void display_seat_grab(struct display_seat *seat, bool grab)
{
	bool capture = grab && !display_input_is_absolute(seat->input);

	seat->grabbed = grab;
	set_keyboard_grab(seat, grab);
	SDL_SetRelativeMouseMode(capture ? SDL_TRUE : SDL_FALSE);
}

static void let_go(struct display_seat *seat)
{
	release_all(seat);
	display_seat_grab(seat, false);
}

void display_seat_finish(struct display_seat *seat)
{
	if (seat->input != NULL)
		let_go(seat);
	*seat = (struct display_seat){ 0 };
}

void display_seat_follow_pointer(struct display_seat *seat)
{
	if (display_seat_is_captured(seat) && display_input_is_absolute(seat->input))
		SDL_SetRelativeMouseMode(SDL_FALSE);
}

enum display_command display_seat_handle(struct display_seat *seat, const SDL_Event *event,
					 const struct display_view *view)
{
	display_seat_follow_pointer(seat);
	switch (event->type) {
	case SDL_KEYDOWN:
	case SDL_KEYUP:
		return handle_key(seat, &event->key);
	case SDL_MOUSEMOTION:
		handle_motion(seat, &event->motion, view);
		break;
	case SDL_MOUSEBUTTONDOWN:
	case SDL_MOUSEBUTTONUP:
		handle_button(seat, &event->button, view);
		break;
	case SDL_MOUSEWHEEL:
		handle_wheel(seat, &event->wheel);
		break;
	case SDL_WINDOWEVENT:
		if (event->window.event == SDL_WINDOWEVENT_FOCUS_LOST)
			let_go(seat);
		break;
	default:
		break;
	}
	return DISPLAY_COMMAND_NONE;
}
