/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_INPUT_H
#define DISPLAY_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vgpu/base/error.h"

enum display_input_kind {
	DISPLAY_INPUT_KEY,
	DISPLAY_INPUT_BUTTON,
	DISPLAY_INPUT_MOVE_TO, /* pixels of the guest's picture */
	DISPLAY_INPUT_MOVE_BY,
	DISPLAY_INPUT_SCREEN, /* the size that the guest's screen shall have; pixels */
};

/*
 * The buttons' numbers in org.qemu.Display1.Mouse: those of InputButton in QEMU's
 * qapi/ui.json.
 */
enum display_button {
	DISPLAY_BUTTON_LEFT,
	DISPLAY_BUTTON_MIDDLE,
	DISPLAY_BUTTON_RIGHT,
	DISPLAY_BUTTON_WHEEL_UP,
	DISPLAY_BUTTON_WHEEL_DOWN,
	DISPLAY_BUTTON_SIDE,
	DISPLAY_BUTTON_EXTRA,
	DISPLAY_BUTTON_WHEEL_LEFT,
	DISPLAY_BUTTON_WHEEL_RIGHT,
	DISPLAY_BUTTON_LAST = DISPLAY_BUTTON_WHEEL_RIGHT
};

struct display_input_event {
	enum display_input_kind kind;
	bool down; /* KEY, BUTTON */
	/* KEY: QEMU's key number; BUTTON: enum display_button; SCREEN: pixels an inch */
	uint32_t code;
	int32_t x, y; /* MOVE_TO, MOVE_BY, SCREEN */
};

/*
 * Keyboard, mouse and what the screen shall be on their way to the guest: the main thread puts, the
 * thread that speaks to QEMU takes and sends. Moves that were not taken yet
 * become one. Nobody waits for anybody.
 */
struct display_input;

struct display_input *display_input_create(struct base_error *err);
void display_input_destroy(struct display_input *input); /* takes NULL */

/*
 * An event that finds the queue full (a thousand presses that nobody takes) is
 * dropped.
 */
void display_input_put(struct display_input *input, const struct display_input_event *event);

/*
 * While there is no guest that is shown, what is put is dropped: it is for none that may
 * come later. Said by the putting thread, which knows what its user saw. At first there
 * is one.
 */
void display_input_set_guest(struct display_input *input, bool is_there);

/* False if there is none. */
bool display_input_take(struct display_input *input, struct display_input_event *event);

/* Becomes readable when there is something to take; not to be closed. */
int display_input_fd(const struct display_input *input);

/*
 * Whether the guest's pointer takes places (MOVE_TO) or steps (MOVE_BY): said
 * by the taking thread, asked by the putting one.
 */
void display_input_set_absolute(struct display_input *input, bool absolute);
bool display_input_is_absolute(const struct display_input *input);

#endif
