/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/draw/texture.h"

#include <epoxy/gl.h>

uint32_t display_texture_create(uint32_t target)
{
	GLuint texture = 0;

	glGenTextures(1, &texture);
	glBindTexture(target, texture);
	glTexParameteri(target, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
	glTexParameteri(target, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
	return texture;
}
