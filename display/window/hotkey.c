/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/window/hotkey.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/cleanup.h"

struct hotkey {
	enum display_command command;
	SDL_Scancode scancode;
	SDL_Keycode letter; /* 0: only the place on the keyboard counts */
	const char *name, *text;
};

/* The row of digits has one entry, with its first key. */
static const struct hotkey hotkeys[] = {
	{ DISPLAY_COMMAND_GRAB, SDL_SCANCODE_G, SDLK_g, "G",
	  "grab keyboard and mouse, or release them" },
	{ DISPLAY_COMMAND_FULLSCREEN, SDL_SCANCODE_F, SDLK_f, "F", "full screen on or off" },
	{ DISPLAY_COMMAND_SCALE, SDL_SCANCODE_Z, SDLK_z, "Z", "the next scale: 1:1, integer, fit" },
	{ DISPLAY_COMMAND_CONSOLE, SDL_SCANCODE_1, 0, "1...9", "show that screen of the VM" },
	{ DISPLAY_COMMAND_DELETE, SDL_SCANCODE_END, 0, "End", "send Ctrl+Alt+Del to the guest" },
	{ DISPLAY_COMMAND_SCREENSHOT, SDL_SCANCODE_S, SDLK_s, "S", "write a screenshot" },
	{ DISPLAY_COMMAND_STATS, SDL_SCANCODE_I, SDLK_i, "I", "show figures, or hide them" },
	{ DISPLAY_COMMAND_HELP, SDL_SCANCODE_H, SDLK_h, "H", "show these keys, or hide them" },
};

#define N_HOTKEYS (sizeof(hotkeys) / sizeof(hotkeys[0]))

static bool is_meant_by(const struct hotkey *hotkey, const SDL_Keysym *key)
{
	bool is_latin = key->sym >= SDLK_a && key->sym <= SDLK_z;

	if (hotkey->letter != 0 && is_latin)
		return key->sym == hotkey->letter;
	return key->scancode == hotkey->scancode;
}

enum display_command display_hotkey_find(const SDL_KeyboardEvent *key, unsigned int *number)
{
	SDL_Scancode scancode = key->keysym.scancode;

	/* The right Alt is AltGr on many keyboards, and may type characters together with Ctrl. */
	if (key->type != SDL_KEYDOWN || key->repeat || !(key->keysym.mod & KMOD_CTRL) ||
	    !(key->keysym.mod & KMOD_LALT))
		return DISPLAY_COMMAND_NONE;
	if (scancode >= SDL_SCANCODE_1 && scancode <= SDL_SCANCODE_9) {
		*number = (unsigned int)(scancode - SDL_SCANCODE_1) + 1;
		return DISPLAY_COMMAND_CONSOLE;
	}
	for (size_t i = 0; i < N_HOTKEYS; i++) {
		if (is_meant_by(&hotkeys[i], &key->keysym))
			return hotkeys[i].command;
	}
	return DISPLAY_COMMAND_NONE;
}

void display_hotkey_print(FILE *out)
{
	for (size_t i = 0; i < N_HOTKEYS; i++)
		fprintf(out, "  Ctrl+Alt+%-8s %s\n", hotkeys[i].name, hotkeys[i].text);
}

char *display_hotkey_text(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	display_hotkey_print(out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
