/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SHADER_H
#define DISPLAY_SHADER_H

#include <stdint.h>

#include "display/draw/egl.h"
#include "vgpu/base/error.h"

/*
 * GL programs that put a texture on a rectangle of the window. Main thread, with
 * the context current.
 */

/* The two attributes; each is of two floats a corner. */
enum {
	DISPLAY_SHADER_PLACE, /* of the viewport, -1 to 1, up */
	DISPLAY_SHADER_TEXEL, /* of the texture, 0 to 1 */
};

/*
 * The fragment shader gets the texel as `varying vec2 at`. A program of GL's,
 * the caller's to delete; 0 and err if the driver does not take it.
 */
uint32_t display_shader_link(const char *fragment, struct base_error *err);

/* A fragment shader of `uniform sampler2D picture` that leaves it as it is, with its alpha. */
extern const char display_shader_image[];

/* Draws the viewport full; the arrays hold the corners of a triangle strip. */
void display_shader_draw(uint32_t program, const float places[8], const float texels[8]);

#endif
