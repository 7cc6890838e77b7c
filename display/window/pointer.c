/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/window/pointer.h"

#include "vgpu/base/log.h"

void display_pointer_finish(struct display_pointer *pointer)
{
	display_sprite_finish(&pointer->sprite);
	display_cursor_finish(&pointer->shape);
	*pointer = (struct display_pointer){ 0 };
}

static void set_shape(struct display_pointer *pointer, struct display_cursor *shape)
{
	display_cursor_finish(&pointer->shape);
	pointer->shape = *shape;
	*shape = (struct display_cursor){ 0 };
	pointer->size = 0;
	display_sprite_clear(&pointer->sprite);
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

static void make_sprite(struct display_pointer *pointer)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	const struct display_cursor *shape = &pointer->shape;

	if (display_sprite_set(&pointer->sprite, shape->pixels, shape->width, shape->height, false,
			       &why) < 0)
		base_debug("%s", why.message);
}

void display_pointer_draw(struct display_pointer *pointer, const struct display_view *view,
			  int32_t window_height)
{
	struct display_rect place;
	double times;

	if (pointer->shape.pixels == NULL || pointer->hidden || view->picture_width == 0)
		return;
	if (pointer->sprite.texture == 0)
		make_sprite(pointer);
	times = (double)view->width / view->picture_width;
	place = (struct display_rect){
		.x = view->x + (int32_t)(pointer->x * times),
		.y = view->y + (int32_t)(pointer->y * times),
		.width = (int32_t)(pointer->shape.width * times),
		.height = (int32_t)(pointer->shape.height * times),
	};
	display_sprite_draw(&pointer->sprite, &place, window_height);
}
