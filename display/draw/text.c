/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/draw/text.h"

#include <pango/pangocairo.h>
#include <string.h>

#define FONT	  "sans-serif"
#define TEXT_MAX  8192u /* pixels a side */
#define WORDS_MAX 1000	/* bytes; Pango is slow at breaking lines */

/* The width of the background around the words. */
static int padding(uint32_t size)
{
	return (int)size / 2;
}

static PangoLayout *make_layout(cairo_t *cairo, const char *words, uint32_t size, uint32_t width)
{
	PangoLayout *layout = pango_cairo_create_layout(cairo);
	PangoFontDescription *font = pango_font_description_from_string(FONT);

	pango_font_description_set_absolute_size(font, (double)size * PANGO_SCALE);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_set_text(layout, words, -1);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	if ((int)width > 2 * padding(size))
		pango_layout_set_width(layout, ((int)width - 2 * padding(size)) * PANGO_SCALE);
	return layout;
}

static void measure_words(const char *words, uint32_t size, uint32_t width, uint32_t extent[2])
{
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 1, 1);
	cairo_t *cairo = cairo_create(surface);
	PangoLayout *layout = make_layout(cairo, words, size, width);
	int text_width, text_height;

	pango_layout_get_pixel_size(layout, &text_width, &text_height);
	extent[0] = (uint32_t)(text_width + 2 * padding(size));
	extent[1] = (uint32_t)(text_height + 2 * padding(size));
	for (int i = 0; i < 2; i++)
		extent[i] = extent[i] > TEXT_MAX ? TEXT_MAX : extent[i];
	g_object_unref(layout);
	cairo_destroy(cairo);
	cairo_surface_destroy(surface);
}

static void paint_words(cairo_surface_t *surface, const char *words, uint32_t size, uint32_t width)
{
	cairo_t *cairo = cairo_create(surface);
	PangoLayout *layout = make_layout(cairo, words, size, width);

	cairo_set_source_rgba(cairo, 0, 0, 0, 0.7);
	cairo_paint(cairo);
	cairo_set_source_rgb(cairo, 1, 1, 1);
	cairo_move_to(cairo, padding(size), padding(size));
	pango_cairo_show_layout(cairo, layout);
	g_object_unref(layout);
	cairo_destroy(cairo);
	cairo_surface_flush(surface);
}

static void copy_pixels(struct display_text *text, cairo_surface_t *surface)
{
	const uint8_t *row = cairo_image_surface_get_data(surface);
	int stride = cairo_image_surface_get_stride(surface);
	size_t length = (size_t)text->width * 4;

	for (uint32_t y = 0; y < text->height; y++, row += stride)
		memcpy(text->pixels + y * length, row, length);
}

static int render_words(struct display_text *text, const char *words, uint32_t size, uint32_t width,
			struct base_error *err)
{
	cairo_surface_t *surface;
	uint32_t extent[2];

	measure_words(words, size, width, extent);
	surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)extent[0], (int)extent[1]);
	*text = (struct display_text){ .width = extent[0], .height = extent[1] };
	text->pixels = malloc((size_t)extent[0] * extent[1] * 4);
	if (text->pixels == NULL || cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS) {
		cairo_surface_destroy(surface);
		display_text_finish(text);
		return base_error_set(err, BASE_FAILED, "cannot draw words: not enough memory");
	}
	paint_words(surface, words, size, width);
	copy_pixels(text, surface);
	cairo_surface_destroy(surface);
	return 0;
}

int display_text_init(struct display_text *text, const char *words, uint32_t size, uint32_t width,
		      struct base_error *err)
{
	char *valid = g_utf8_make_valid(words, (gssize)strnlen(words, WORDS_MAX));
	int result = render_words(text, valid, size, width, err);

	g_free(valid);
	return result;
}

void display_text_finish(struct display_text *text)
{
	free(text->pixels);
	*text = (struct display_text){ 0 };
}
