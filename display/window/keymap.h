/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_KEYMAP_H
#define DISPLAY_KEYMAP_H

#include <SDL_scancode.h>
#include <stddef.h>
#include <stdint.h>

#define DISPLAY_KEYMAP_NUMBERS 256

/*
 * The key number that QEMU uses (XT set 1, with 0x80 added to a key that has
 * the prefix 0xe0; ui/input-keymap.c) for a key by its place on the keyboard;
 * 0 for a key that QEMU has no number for.
 */
uint32_t display_keymap_number(SDL_Scancode scancode);

/*
 * The keys that people mean by a name: SDL's ("Left Alt", "PrintScreen"), in any
 * case, or Ctrl, Shift, Alt and Super for those on both sides. Returns how many
 * there are, 0 for a name that is none's.
 */
size_t display_keymap_find(const char *name, SDL_Scancode found[2]);

#endif
