/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SEAT_H
#define DISPLAY_SEAT_H

#include <SDL.h>
#include <stdbool.h>
#include <stdint.h>

#include "display/mailbox/input.h"
#include "display/picture/view.h"
#include "display/window/hotkey.h"
#include "display/window/keymap.h"
#include "display/window/window.h"

/*
 * Passes the host's keyboard and mouse to the guest. It remembers what is held down, so that
 * nothing stays down in the guest when the window loses the focus. Main thread only.
 */
struct display_seat {
	struct display_input *input;   /* borrowed */
	struct display_window *window; /* borrowed */
	bool keys[DISPLAY_KEYMAP_NUMBERS];
	uint32_t buttons;     /* bit: enum display_button */
	bool grabbed;	      /* the keyboard, and the mouse if the guest's is relative */
	unsigned int console; /* number of the last DISPLAY_COMMAND_CONSOLE */

	/* Keys that the guest does not get; borrowed. */
	const SDL_Scancode *host_keys;
	size_t host_key_count;
};

void display_seat_init(struct display_seat *seat, struct display_input *input,
		       struct display_window *window);

/* Releases what is held down, and keyboard and mouse; takes a zeroed one. */
void display_seat_finish(struct display_seat *seat);

/* Handles an event of keyboard, mouse or focus; returns what the viewer must do. */
enum display_command display_seat_handle(struct display_seat *seat, const SDL_Event *event,
					 const struct display_view *view);

/* Whether the mouse is captured and the host's cursor is hidden. */
bool display_seat_is_captured(const struct display_seat *seat);

/* Grabs or releases keyboard and mouse. */
void display_seat_grab(struct display_seat *seat, bool grab);

/* Releases the captured mouse if the guest's pointer has become absolute. */
void display_seat_follow_pointer(struct display_seat *seat);

#endif
