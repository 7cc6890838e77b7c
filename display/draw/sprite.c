/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/draw/sprite.h"

#include <epoxy/gl.h>

#include "display/draw/shader.h"
#include "display/draw/texture.h"

void display_sprite_clear(struct display_sprite *sprite)
{
	if (sprite->texture != 0)
		glDeleteTextures(1, &sprite->texture);
	sprite->texture = 0;
}

void display_sprite_finish(struct display_sprite *sprite)
{
	display_sprite_clear(sprite);
	if (sprite->program != 0)
		glDeleteProgram(sprite->program);
	*sprite = (struct display_sprite){ 0 };
}

int display_sprite_set(struct display_sprite *sprite, const void *pixels, int32_t width,
		       int32_t height, bool multiplied, struct base_error *err)
{
	display_sprite_clear(sprite);
	if (sprite->program == 0)
		sprite->program = display_shader_link(display_shader_image, err);
	if (sprite->program == 0)
		return -1;
	sprite->width = width;
	sprite->height = height;
	sprite->multiplied = multiplied;
	sprite->texture = display_texture_create(GL_TEXTURE_2D);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	/* Words of ARGB are bytes of blue, green, red and alpha. */
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_R, GL_BLUE);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_B, GL_RED);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE,
		     pixels);
	return 0;
}

void display_sprite_draw(const struct display_sprite *sprite, const struct display_rect *place,
			 int32_t window_height)
{
	static const float places[] = { -1, 1, 1, 1, -1, -1, 1, -1 };
	static const float texels[] = { 0, 0, 1, 0, 0, 1, 1, 1 };

	if (sprite->texture == 0)
		return;
	/* GL counts the window's rows from the bottom. */
	glViewport(place->x, window_height - place->y - place->height, place->width, place->height);
	glEnable(GL_BLEND);
	glBlendFunc(sprite->multiplied ? GL_ONE : GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
	glBindTexture(GL_TEXTURE_2D, sprite->texture);
	display_shader_draw(sprite->program, places, texels);
	glDisable(GL_BLEND);
}
