/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_TEXTURE_H
#define DISPLAY_TEXTURE_H

#include <stdint.h>

/*
 * Makes a GL texture that is clamped to its edges, and binds it to `target`. The caller fills
 * and deletes it. Main thread, with the context current.
 */
uint32_t display_texture_create(uint32_t target);

#endif
