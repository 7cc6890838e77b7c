/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/window/hotkey.h"

#define BOTH (KMOD_LCTRL | KMOD_LALT)

static void keys_with_ctrl_and_alt_are_commands(void **state)
{
	static const struct {
		SDL_Scancode scancode;
		SDL_Keycode symbol;
		uint16_t modifiers;
		enum display_command want;
		unsigned int number;
	} cases[] = {
		{ SDL_SCANCODE_G, SDLK_g, BOTH, DISPLAY_COMMAND_GRAB, 0 },
		{ SDL_SCANCODE_S, SDLK_s, BOTH, DISPLAY_COMMAND_SCREENSHOT, 0 },
		{ SDL_SCANCODE_F, SDLK_f, BOTH, DISPLAY_COMMAND_FULLSCREEN, 0 },
		{ SDL_SCANCODE_Z, SDLK_z, BOTH, DISPLAY_COMMAND_SCALE, 0 },
		{ SDL_SCANCODE_H, SDLK_h, BOTH, DISPLAY_COMMAND_HELP, 0 },
		{ SDL_SCANCODE_END, SDLK_END, BOTH, DISPLAY_COMMAND_DELETE, 0 },
		{ SDL_SCANCODE_1, SDLK_1, BOTH, DISPLAY_COMMAND_CONSOLE, 1 },
		{ SDL_SCANCODE_9, SDLK_9, BOTH, DISPLAY_COMMAND_CONSOLE, 9 },
		{ SDL_SCANCODE_0, SDLK_0, BOTH, DISPLAY_COMMAND_NONE, 0 },
		/* either side, and more modifiers */
		{ SDL_SCANCODE_G, SDLK_g, KMOD_RCTRL | KMOD_LALT | KMOD_NUM, DISPLAY_COMMAND_GRAB,
		  0 },
		/* AltGr */
		{ SDL_SCANCODE_S, SDLK_s, KMOD_LCTRL | KMOD_RALT, DISPLAY_COMMAND_NONE, 0 },
		{ SDL_SCANCODE_G, SDLK_g, KMOD_LCTRL, DISPLAY_COMMAND_NONE, 0 },
		{ SDL_SCANCODE_G, SDLK_g, KMOD_LALT, DISPLAY_COMMAND_NONE, 0 },
		{ SDL_SCANCODE_G, SDLK_g, 0, DISPLAY_COMMAND_NONE, 0 },
		/* another layout: German, French, Russian */
		{ SDL_SCANCODE_Y, SDLK_z, BOTH, DISPLAY_COMMAND_SCALE, 0 },
		{ SDL_SCANCODE_Z, SDLK_y, BOTH, DISPLAY_COMMAND_NONE, 0 },
		{ SDL_SCANCODE_1, SDLK_AMPERSAND, BOTH, DISPLAY_COMMAND_CONSOLE, 1 },
		{ SDL_SCANCODE_G, 0x43f, BOTH, DISPLAY_COMMAND_GRAB, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SDL_KeyboardEvent key = {
			.type = SDL_KEYDOWN,
			.keysym = { .scancode = cases[i].scancode,
				    .sym = cases[i].symbol,
				    .mod = cases[i].modifiers },
		};
		unsigned int number = 0;

		assert_int_equal(display_hotkey_find(&key, &number), cases[i].want);
		assert_int_equal(number, cases[i].number);
		key.repeat = 1;
		assert_int_equal(display_hotkey_find(&key, &number), DISPLAY_COMMAND_NONE);
		key.repeat = 0;
		key.type = SDL_KEYUP;
		assert_int_equal(display_hotkey_find(&key, &number), DISPLAY_COMMAND_NONE);
	}
}

static void the_text_has_all_of_them(void **state)
{
	char *text = display_hotkey_text();

	(void)state;
	assert_non_null(text);
	assert_non_null(strstr(text, "Ctrl+Alt"));
	assert_non_null(strstr(text, "full screen on or off"));
	assert_non_null(strstr(text, "Ctrl+Alt+H "));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_with_ctrl_and_alt_are_commands),
		cmocka_unit_test(the_text_has_all_of_them),
	};

	return cmocka_run_group_tests_name("display hotkey", tests, NULL, NULL);
}
