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
	DISPLAY_INPUT_SCREEN, /* the size that the guest's screen should have; pixels */
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
	/* KEY: QEMU's key number; BUTTON: enum display_button; SCREEN: pixels per inch */
	uint32_t code;
	int32_t x, y; /* MOVE_TO, MOVE_BY, SCREEN */
};

/*
 * The queue of keyboard, mouse and screen-size events for the guest. The main thread puts
 * events, the thread that talks to QEMU takes and sends them. Moves that were not taken yet
 * are merged. No thread waits for the other.
 */
struct display_input;

struct display_input *display_input_create(struct base_error *err);
void display_input_destroy(struct display_input *input); /* takes NULL */

/* An event is dropped if the queue is full, that is, if 1,024 of them were not taken. */
void display_input_put(struct display_input *input, const struct display_input_event *event);

/*
 * While no guest is shown, events that are put are dropped, because they are not meant for
 * the next guest. Called by the putting thread, which knows what the user saw. Initially a
 * guest is shown.
 */
void display_input_set_guest(struct display_input *input, bool is_there);

/* False if there is no event. */
bool display_input_take(struct display_input *input, struct display_input_event *event);

/* A file descriptor that is readable when there is an event; the caller must not close it. */
int display_input_fd(const struct display_input *input);

/*
 * Whether the guest's pointer is absolute (MOVE_TO) or relative (MOVE_BY): set by the taking
 * thread, read by the putting thread.
 */
void display_input_set_absolute(struct display_input *input, bool absolute);
bool display_input_is_absolute(const struct display_input *input);

#endif
