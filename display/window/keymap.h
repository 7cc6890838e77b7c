/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_KEYMAP_H
#define DISPLAY_KEYMAP_H

#include <SDL_scancode.h>
#include <stddef.h>
#include <stdint.h>

#define DISPLAY_KEYMAP_NUMBERS 256

/*
 * QEMU's number for a key at a place on the keyboard (XT set 1, plus 0x80 for a key with the
 * prefix 0xe0; ui/input-keymap.c); 0 if QEMU has no number for it.
 */
uint32_t display_keymap_number(SDL_Scancode scancode);

/*
 * The keys with a name: one of SDL's names ("Left Alt", "PrintScreen"), or Ctrl, Shift, Alt or
 * Super, which mean the keys on both sides. Upper and lower case are the same. Returns the
 * number of keys, 0 for an unknown name.
 */
size_t display_keymap_find(const char *name, SDL_Scancode found[2]);

#endif
