/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_TEXTURE_H
#define DISPLAY_TEXTURE_H

#include <stdint.h>

/*
 * A new texture of GL's, bound to `target`, that is not read beyond its edges; the
 * caller's to fill and to delete. Main thread, with the context current.
 */
uint32_t display_texture_create(uint32_t target);

#endif
