/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/draw/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "display/draw/text.h"
#include "vgpu/base/log.h"

#define FONT_SIZE 16 /* points */
#define FONT_MIN  8  /* pixels */
#define FONT_MAX  256

void display_overlay_finish(struct display_overlay *overlay)
{
	display_sprite_finish(&overlay->sprite);
	free(overlay->words);
	*overlay = (struct display_overlay){ 0 };
}

bool display_overlay_set(struct display_overlay *overlay, const char *words)
{
	if (words == overlay->words ||
	    (words != NULL && overlay->words != NULL && strcmp(words, overlay->words) == 0))
		return false;
	free(overlay->words);
	/* If memory is short the words are missing, but the picture still works. */
	overlay->words = words != NULL ? strdup(words) : NULL;
	display_sprite_clear(&overlay->sprite);
	return true;
}

static int render_words(struct display_overlay *overlay, int32_t room, uint32_t size,
			struct base_error *err)
{
	struct display_text text;
	int result;

	if (display_text_init(&text, overlay->words, size, (uint32_t)room, err) < 0)
		return -1;
	result = display_sprite_set(&overlay->sprite, text.pixels, (int32_t)text.width,
				    (int32_t)text.height, true, err);
	display_text_finish(&text);
	overlay->room = room;
	overlay->size = size;
	return result;
}

/* Renders the words again if the window's width or the desktop's scale has changed. */
static void prepare_words(struct display_overlay *overlay, int32_t room, double scale)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	double wanted = FONT_SIZE * scale;
	uint32_t size = wanted < FONT_MIN   ? FONT_MIN
			: wanted > FONT_MAX ? FONT_MAX
					    : (uint32_t)wanted;

	if (overlay->sprite.texture != 0 && overlay->room == room && overlay->size == size)
		return;
	if (render_words(overlay, room, size, &why) < 0) {
		base_debug("%s", why.message);
		display_overlay_set(overlay, NULL);
	}
}

void display_overlay_draw(struct display_overlay *overlay, int32_t window_width,
			  int32_t window_height, double scale)
{
	struct display_rect place = { 0 };

	if (overlay->words == NULL || window_width <= 0 || window_height <= 0)
		return;
	prepare_words(overlay, window_width, scale);
	place.width = overlay->sprite.width;
	place.height = overlay->sprite.height;
	if (overlay->place == DISPLAY_OVERLAY_MIDDLE) {
		place.x = (window_width - place.width) / 2;
		place.y = (window_height - place.height) / 2;
	}
	display_sprite_draw(&overlay->sprite, &place, window_height);
}
