/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/draw/overlay.h"

#include <epoxy/gl.h>
#include <stdlib.h>
#include <string.h>

#include "display/draw/shader.h"
#include "display/draw/text.h"
#include "vgpu/base/log.h"

#define FONT_SIZE 16 /* points */
#define FONT_MIN  8  /* pixels */
#define FONT_MAX  256

static void drop_texture(struct display_overlay *overlay)
{
	if (overlay->texture != 0)
		glDeleteTextures(1, &overlay->texture);
	overlay->texture = 0;
}

void display_overlay_finish(struct display_overlay *overlay)
{
	if (overlay->texture != 0 || overlay->program != 0) {
		drop_texture(overlay);
		glDeleteProgram(overlay->program);
	}
	free(overlay->words);
	*overlay = (struct display_overlay){ 0 };
}

bool display_overlay_set(struct display_overlay *overlay, const char *words)
{
	if (words == overlay->words ||
	    (words != NULL && overlay->words != NULL && strcmp(words, overlay->words) == 0))
		return false;
	free(overlay->words);
	/* Without memory there are no words, and the picture goes on. */
	overlay->words = words != NULL ? strdup(words) : NULL;
	drop_texture(overlay);
	return true;
}

static void upload(struct display_overlay *overlay, const struct display_text *text)
{
	glGenTextures(1, &overlay->texture);
	glBindTexture(GL_TEXTURE_2D, overlay->texture);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, (GLsizei)text->width, (GLsizei)text->height, 0,
		     GL_RGBA, GL_UNSIGNED_BYTE, text->pixels);
	overlay->width = text->width;
	overlay->height = text->height;
}

static int render(struct display_overlay *overlay, int32_t room, uint32_t size,
		  struct base_error *err)
{
	struct display_text text;

	if (overlay->program == 0)
		overlay->program = display_shader_link(display_shader_image, err);
	if (overlay->program == 0 ||
	    display_text_init(&text, overlay->words, size, (uint32_t)room, err) < 0)
		return -1;
	drop_texture(overlay);
	upload(overlay, &text);
	display_text_finish(&text);
	overlay->room = room;
	overlay->size = size;
	return 0;
}

static bool prepare(struct display_overlay *overlay, int32_t room, double scale)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	double wanted = FONT_SIZE * scale;
	uint32_t size = wanted < FONT_MIN   ? FONT_MIN
			: wanted > FONT_MAX ? FONT_MAX
					    : (uint32_t)wanted;

	if (overlay->texture != 0 && overlay->room == room && overlay->size == size)
		return true;
	if (render(overlay, room, size, &why) == 0)
		return true;
	base_debug("%s", why.message);
	display_overlay_set(overlay, NULL);
	return false;
}

void display_overlay_draw(struct display_overlay *overlay, int32_t window_width,
			  int32_t window_height, double scale)
{
	static const float places[] = { -1, 1, 1, 1, -1, -1, 1, -1 };
	static const float texels[] = { 0, 0, 1, 0, 0, 1, 1, 1 };
	int32_t x = 0, y = 0;

	if (overlay->words == NULL || window_width <= 0 || window_height <= 0 ||
	    !prepare(overlay, window_width, scale))
		return;
	if (overlay->place == DISPLAY_OVERLAY_MIDDLE) {
		x = (window_width - (int32_t)overlay->width) / 2;
		y = (window_height - (int32_t)overlay->height) / 2;
	}
	glViewport(x, window_height - y - (int32_t)overlay->height, (GLsizei)overlay->width,
		   (GLsizei)overlay->height);
	glEnable(GL_BLEND);
	glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
	glBindTexture(GL_TEXTURE_2D, overlay->texture);
	display_shader_draw(overlay->program, places, texels);
	glDisable(GL_BLEND);
}
