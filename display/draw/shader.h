/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SHADER_H
#define DISPLAY_SHADER_H

#include <stdint.h>

#include "display/draw/egl.h"
#include "vgpu/base/error.h"

/*
 * GL programs that draw a texture into a rectangle of the window. Main thread, with the
 * context current.
 */

/* The two attributes; each has two floats per corner. */
enum {
	DISPLAY_SHADER_PLACE, /* in the viewport, -1 to 1, y upwards */
	DISPLAY_SHADER_TEXEL, /* in the texture, 0 to 1 */
};

/*
 * Links a fragment shader, which gets the texel as `varying vec2 at`. Returns a GL program
 * that the caller deletes; 0 and err if the driver does not accept it.
 */
uint32_t display_shader_link(const char *fragment, struct base_error *err);

/* A fragment shader that shows `uniform sampler2D picture` unchanged, with its alpha. */
extern const char display_shader_image[];

/* Fills the viewport; the arrays hold the corners of a triangle strip. */
void display_shader_draw(uint32_t program, const float places[8], const float texels[8]);

#endif
