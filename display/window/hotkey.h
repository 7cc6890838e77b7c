/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_HOTKEY_H
#define DISPLAY_HOTKEY_H

#include <SDL_events.h>
#include <stdio.h>

/* What a key together with Ctrl and Alt tells the viewer to do. */
enum display_command {
	DISPLAY_COMMAND_NONE,
	DISPLAY_COMMAND_GRAB,
	DISPLAY_COMMAND_SCREENSHOT,
	DISPLAY_COMMAND_FULLSCREEN,
	DISPLAY_COMMAND_SCALE,
	DISPLAY_COMMAND_DELETE,	 /* Ctrl+Alt+Del for the guest */
	DISPLAY_COMMAND_CONSOLE, /* show the screen with the key's number */
	DISPLAY_COMMAND_STATS,
	DISPLAY_COMMAND_HELP,
};

/* The hotkey that is named in the window's title. */
#define DISPLAY_HOTKEY_GRAB "Ctrl+Alt+G"

/*
 * The command of a key that goes down. For a letter the keyboard's layout counts, or the
 * key's place if the layout has no Latin letters; for a digit the place counts. *number is set
 * for DISPLAY_COMMAND_CONSOLE only: 1 to 9.
 */
enum display_command display_hotkey_find(const SDL_KeyboardEvent *key, unsigned int *number);

/* Prints a line for each command with its keys, for --help. */
void display_hotkey_print(FILE *out);

/* The same lines; owned by the caller, NULL without memory. */
char *display_hotkey_text(void);

#endif
