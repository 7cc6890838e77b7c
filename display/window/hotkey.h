/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_HOTKEY_H
#define DISPLAY_HOTKEY_H

#include <SDL_events.h>
#include <stdio.h>

/* What a key together with Ctrl and Alt tells the viewer. */
enum display_command {
	DISPLAY_COMMAND_NONE,
	DISPLAY_COMMAND_GRAB,
	DISPLAY_COMMAND_SCREENSHOT,
	DISPLAY_COMMAND_FULLSCREEN,
	DISPLAY_COMMAND_SCALE,
	DISPLAY_COMMAND_DELETE,	 /* Ctrl+Alt+Del for the guest */
	DISPLAY_COMMAND_CONSOLE, /* its number is the key's */
	DISPLAY_COMMAND_STATS,
	DISPLAY_COMMAND_HELP,
};

/* The one that is shown in the window's title. */
#define DISPLAY_HOTKEY_GRAB "Ctrl+Alt+G"

/*
 * What a key that goes down stands for. A letter is the one on the keyboard's key,
 * by its place where the layout has no Latin letters; digits go by their place.
 * *number is written for DISPLAY_COMMAND_CONSOLE: 1 to 9.
 */
enum display_command display_hotkey_find(const SDL_KeyboardEvent *key, unsigned int *number);

/* A line for each, with all of its keys, for --help. */
void display_hotkey_print(FILE *out);

/* The same lines; owned by the caller, NULL without memory. */
char *display_hotkey_text(void);

#endif
