/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/window/pointer.h"

#include <epoxy/gl.h>

#include "display/draw/shader.h"
#include "vgpu/base/log.h"

static void drop_texture(struct display_pointer *pointer)
{
	if (pointer->texture != 0)
		glDeleteTextures(1, &pointer->texture);
	pointer->texture = 0;
}

void display_pointer_finish(struct display_pointer *pointer)
{
	if (pointer->program != 0) {
		drop_texture(pointer);
		glDeleteProgram(pointer->program);
	}
	display_cursor_finish(&pointer->shape);
	*pointer = (struct display_pointer){ 0 };
}

static void set_shape(struct display_pointer *pointer, struct display_cursor *shape)
{
	display_cursor_finish(&pointer->shape);
	pointer->shape = *shape;
	*shape = (struct display_cursor){ 0 };
	pointer->size = 0;
	drop_texture(pointer);
}

bool display_pointer_take(struct display_pointer *pointer, struct display_update *update)
{
	if (update->has_cursor)
		set_shape(pointer, &update->cursor);
	if (update->has_pointer) {
		pointer->x = update->pointer_x;
		pointer->y = update->pointer_y;
		pointer->hidden = !update->pointer_visible;
		display_window_show_cursor(update->pointer_visible);
	}
	return update->has_cursor || update->has_pointer;
}

void display_pointer_reset(struct display_pointer *pointer)
{
	struct display_cursor none = { 0 };

	set_shape(pointer, &none);
	pointer->hidden = false;
	display_window_show_cursor(true);
}

void display_pointer_fit(struct display_pointer *pointer, struct display_window *window,
			 const struct display_view *view)
{
	double size = 1;

	if (view->picture_width > 0 && view->width > 0)
		size = (double)view->width / view->picture_width / display_window_scale(window);
	if (size == pointer->size)
		return;
	pointer->size = size;
	display_window_set_cursor(window, &pointer->shape, size);
}

/* Words of ARGB are bytes of blue, green, red and alpha. */
static void upload(struct display_pointer *pointer)
{
	glGenTextures(1, &pointer->texture);
	glBindTexture(GL_TEXTURE_2D, pointer->texture);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_R, GL_BLUE);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_B, GL_RED);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, pointer->shape.width, pointer->shape.height, 0,
		     GL_RGBA, GL_UNSIGNED_BYTE, pointer->shape.pixels);
}

static bool prepare(struct display_pointer *pointer)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (pointer->program == 0)
		pointer->program = display_shader_link(display_shader_image, &why);
	if (pointer->program == 0) {
		base_debug("%s", why.message);
		return false;
	}
	if (pointer->texture == 0)
		upload(pointer);
	return true;
}

void display_pointer_draw(struct display_pointer *pointer, const struct display_view *view,
			  int32_t window_height)
{
	static const float places[] = { -1, 1, 1, 1, -1, -1, 1, -1 };
	static const float texels[] = { 0, 0, 1, 0, 0, 1, 1, 1 };
	double times;
	int32_t width, height;

	if (pointer->shape.pixels == NULL || pointer->hidden || view->picture_width == 0 ||
	    !prepare(pointer))
		return;
	times = (double)view->width / view->picture_width;
	width = (int32_t)(pointer->shape.width * times);
	height = (int32_t)(pointer->shape.height * times);
	glViewport(view->x + (int32_t)(pointer->x * times),
		   window_height - view->y - (int32_t)(pointer->y * times) - height, width, height);
	glEnable(GL_BLEND);
	glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
	glBindTexture(GL_TEXTURE_2D, pointer->texture);
	display_shader_draw(pointer->program, places, texels);
	glDisable(GL_BLEND);
}
