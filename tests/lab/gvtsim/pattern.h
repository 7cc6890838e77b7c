/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GVTSIM_PATTERN_H
#define GVTSIM_PATTERN_H

#ifdef __KERNEL__
#include <linux/string.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#endif

/*
 * The picture that a gvtsim vGPU shows, drawn by the kernel module and drawn
 * again by the tools that check it. Every byte of it follows from five numbers:
 * width, height, format, frame and time.
 *
 *	+-ruler--------------------------------------------+
 *	| [stamp] text                                     |
 *	|                 the ball bounces here            |
 *	| [bar runs along here]                            |
 *	| patches                                          |
 *	+--------------------------------------------------+
 *
 * The stamp carries those five numbers as black and white cells of 8x8 or 4x4
 * pixels: eight rows of 32 bits, most significant bit on the left, with a black
 * margin of one cell. Its first bit is white, so that a reader which has found
 * it anywhere in a larger picture also finds its exact corner. One-pixel
 * patches, stars and the ruler show any scaling, filtering or cropping.
 *
 * All parts that move lie apart from one another, and each is either solid or
 * restored from a copy of the background: a frame costs about 100,000
 * instructions, so an emulated machine can draw it 144 times a second.
 * Integer arithmetic only.
 */

#define PATTERN_FOURCC(a, b, c, d)                                                                 \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define PATTERN_XR24 PATTERN_FOURCC('X', 'R', '2', '4')
#define PATTERN_AR24 PATTERN_FOURCC('A', 'R', '2', '4')
#define PATTERN_XB24 PATTERN_FOURCC('X', 'B', '2', '4')
#define PATTERN_RG16 PATTERN_FOURCC('R', 'G', '1', '6')

#define PATTERN_MIN_WIDTH  160u
#define PATTERN_MIN_HEIGHT 120u
#define PATTERN_MAX_SIZE   8192u

#define PATTERN_MAGIC	    0xa7c5391bu
#define PATTERN_VERSION	    1u
#define PATTERN_STAMP_WORDS 8
#define PATTERN_CURSOR_SIZE 64u

struct pattern_image {
	uint8_t *pixels;
	uint32_t stride; /* bytes, a multiple of 8 */
	uint32_t width, height;
	uint32_t format; /* PATTERN_* */
};

struct pattern_rect {
	int x, y, width, height;
};

/* Where everything lies; follows from the size. */
struct pattern_layout {
	int cell;   /* pixels a side */
	int margin; /* pixels from the edge */
	struct pattern_rect panel, stamp, strip, arena;
	int text_x, text_y, text_scale; /* scale 0: no room for text */
	int patch_y, patch_size;
	int radius; /* of the ball */
};

/* What a stamp says. */
struct pattern_stamp {
	uint32_t format, width, height, frame;
	uint64_t time; /* ns, CLOCK_MONOTONIC, of the flip */
};

static inline bool pattern_format_known(uint32_t format)
{
	return format == PATTERN_XR24 || format == PATTERN_AR24 || format == PATTERN_XB24 ||
	       format == PATTERN_RG16;
}

static inline uint32_t pattern_pixel_bytes(uint32_t format)
{
	return format == PATTERN_RG16 ? 2 : 4;
}

static inline bool pattern_size_valid(uint32_t width, uint32_t height)
{
	return width >= PATTERN_MIN_WIDTH && width <= PATTERN_MAX_SIZE &&
	       height >= PATTERN_MIN_HEIGHT && height <= PATTERN_MAX_SIZE;
}

/*
 * The byte without meaning in XR24 and XB24 is 0: who takes it for alpha shows
 * nothing at all.
 */
static inline uint32_t pattern_pack(uint32_t format, uint32_t argb)
{
	uint32_t r = argb >> 16 & 0xff, g = argb >> 8 & 0xff, b = argb & 0xff;

	if (format == PATTERN_AR24)
		return argb;
	if (format == PATTERN_XB24)
		return b << 16 | g << 8 | r;
	if (format == PATTERN_RG16)
		return r >> 3 << 11 | g >> 2 << 5 | b >> 3;
	return argb & 0xffffff;
}

static inline uint8_t *pattern_at(const struct pattern_image *image, int x, int y)
{
	return image->pixels + (size_t)y * image->stride +
	       (size_t)x * pattern_pixel_bytes(image->format);
}

/*
 * A compiler would turn these two loops into memcpy and memset, and those into
 * `rep movsb`, which an emulator runs byte by byte.
 */
#define PATTERN_OPAQUE(value) __asm__("" : "+r"(value))

static inline void pattern_copy(uint8_t *to, const uint8_t *from, size_t bytes)
{
	uint64_t eight;
	uint8_t one;

	for (; bytes >= 8; bytes -= 8, to += 8, from += 8) {
		__builtin_memcpy(&eight, from, 8);
		PATTERN_OPAQUE(eight);
		__builtin_memcpy(to, &eight, 8);
	}
	for (; bytes > 0; bytes--) {
		one = *from++;
		PATTERN_OPAQUE(one);
		*to++ = one;
	}
}

/* A packed pixel, repeated over 8 bytes. */
static inline uint64_t pattern_fill_word(uint32_t format, uint32_t packed)
{
	if (format == PATTERN_RG16)
		return packed * 0x0001000100010001ull;
	return packed * 0x0000000100000001ull;
}

static inline void pattern_span(const struct pattern_image *image, int x, int y, int count,
				uint32_t argb)
{
	uint64_t word = pattern_fill_word(image->format, pattern_pack(image->format, argb));
	size_t bytes;
	uint8_t *to;

	if (x < 0) {
		count += x;
		x = 0;
	}
	if (x + count > (int)image->width)
		count = (int)image->width - x;
	if (count <= 0 || y < 0 || y >= (int)image->height)
		return;
	to = pattern_at(image, x, y);
	bytes = (size_t)count * pattern_pixel_bytes(image->format);
	for (; bytes >= 8; bytes -= 8, to += 8) {
		PATTERN_OPAQUE(word);
		__builtin_memcpy(to, &word, 8);
	}
	for (; bytes >= 2; bytes -= 2, to += 2, word = word >> 16 | word << 48)
		__builtin_memcpy(to, &word, 2);
}

static inline void pattern_fill(const struct pattern_image *image, int x, int y, int width,
				int height, uint32_t argb)
{
	for (int row = 0; row < height; row++)
		pattern_span(image, x, y + row, width, argb);
}

static inline void pattern_set(const struct pattern_image *image, int x, int y, uint32_t argb)
{
	pattern_span(image, x, y, 1, argb);
}

/* --- layout ---------------------------------------------------------------- */

static inline int pattern_radius(const struct pattern_layout *l, int height)
{
	int radius = height / 24, most = l->arena.height / 3;

	if (radius > most)
		radius = most;
	return radius < 4 ? 4 : radius;
}

static inline struct pattern_layout pattern_layout(uint32_t width, uint32_t height)
{
	struct pattern_layout l = { 0 };
	int w = (int)width, h = (int)height, c;

	c = l.cell = width >= 640 && height >= 400 ? 8 : 4;
	l.margin = 2 * c;
	l.stamp = (struct pattern_rect){ l.margin + c, l.margin + c, 32 * c, 8 * c };
	l.panel = (struct pattern_rect){ l.margin, l.margin, 34 * c, 10 * c };
	if (width >= 256) {
		l.text_scale = c == 8 ? 3 : 1;
		l.text_x = l.margin + 35 * c;
		l.text_y = l.margin + (10 * c - 17 * l.text_scale) / 2;
		l.panel.width += 2 * c + 15 * 6 * l.text_scale;
	}
	l.patch_size = 8 * c;
	l.patch_y = h - l.margin - l.patch_size;
	l.strip = (struct pattern_rect){ l.margin, l.patch_y - 3 * c, w - 2 * l.margin, 2 * c };
	l.arena.x = l.margin;
	l.arena.y = l.panel.y + l.panel.height + c / 2;
	l.arena.width = w - 2 * l.margin;
	l.arena.height = l.strip.y - c / 2 - l.arena.y;
	l.radius = pattern_radius(&l, h);
	return l;
}

/* --- background ------------------------------------------------------------ */

static inline uint32_t pattern_mix(uint32_t from, uint32_t to, int at, int of)
{
	uint32_t mixed = 0;
	int a, b, shift;

	for (shift = 0; shift < 32; shift += 8) {
		a = (int)(from >> shift & 0xff);
		b = (int)(to >> shift & 0xff);
		mixed |= (uint32_t)(a + (b - a) * at / of) << shift;
	}
	return mixed;
}

static inline void pattern_sky(const struct pattern_image *image)
{
	static const uint32_t stops[] = { 0xff0b1030, 0xff32307a, 0xffa8487e, 0xfff2955c };
	int h = (int)image->height, of = h * 9 / 40, at, in;

	for (int y = 0; y < h; y++) {
		at = y < 3 * of ? y / of : 2;
		in = y < 3 * of ? y % of : of;
		pattern_span(image, 0, y, (int)image->width,
			     pattern_mix(stops[at], stops[at + 1], in, of));
	}
}

static inline uint32_t pattern_hash(uint32_t value)
{
	value = (value ^ value >> 16) * 0x7feb352du;
	value = (value ^ value >> 15) * 0x846ca68bu;
	return value ^ value >> 16;
}

static inline void pattern_stars(const struct pattern_image *image)
{
	uint32_t count = image->width * image->height / 5000, half = image->height / 2;
	uint32_t place, rows;

	for (uint32_t i = 0; i < count; i++) {
		place = pattern_hash(i + 1);
		rows = half * (i % 8 + 1) / 8 + 1;
		pattern_set(image, (int)(place % image->width),
			    (int)((place >> 11) % rows),
			    i % 3 ? 0xff8f98c8 : 0xffffffff);
	}
}

/* A triangle wave: 0..top..0 over 2 * top. */
static inline int pattern_wave(uint32_t at, int top)
{
	int phase = (int)(at % (uint32_t)(2 * top));

	return phase < top ? phase : 2 * top - phase;
}

static inline int pattern_ridge(int x, int layer, int h)
{
	static const struct {
		uint32_t phase;
		int base, wide, small; /* 256ths of the height */
	} ridges[] = { { 611, 134, 41, 9 }, { 150, 160, 33, 11 }, { 997, 188, 26, 7 } };
	int wide = h * ridges[layer].wide / 256 + 8, small = h * ridges[layer].small / 256 + 3;
	uint32_t at = (uint32_t)x + ridges[layer].phase;

	return h * ridges[layer].base / 256 + wide - pattern_wave(at, wide) -
	       pattern_wave(at * 2 + at / 3, small);
}

static inline void pattern_mountains(const struct pattern_image *image)
{
	static const uint32_t colours[] = { 0xff6d3a6b, 0xff41285a, 0xff1c1638 };
	int h = (int)image->height, from[4];

	from[3] = h;
	for (int x = 0; x < (int)image->width; x++) {
		for (int layer = 2; layer >= 0; layer--) {
			from[layer] = pattern_ridge(x, layer, h);
			if (from[layer] > from[layer + 1])
				from[layer] = from[layer + 1];
		}
		for (int layer = 0; layer < 3; layer++)
			for (int y = from[layer]; y < from[layer + 1]; y++)
				pattern_set(image, x, y, colours[layer]);
	}
}

static inline int pattern_tick(int at, int cell)
{
	if (at % 100 == 0)
		return cell * 3 / 2;
	if (at % 50 == 0)
		return cell;
	return at % 10 == 0 ? cell / 2 : 0;
}

static inline void pattern_ruler(const struct pattern_image *image, int cell)
{
	const uint32_t colour = 0xffffffff;
	int w = (int)image->width, h = (int)image->height, tick;

	for (int x = 0; x < w; x++) {
		tick = 1 + pattern_tick(x, cell);
		pattern_fill(image, x, 0, 1, tick, colour);
		pattern_fill(image, x, h - tick, 1, tick, colour);
	}
	for (int y = 0; y < h; y++) {
		tick = 1 + pattern_tick(y, cell);
		pattern_span(image, 0, y, tick, colour);
		pattern_span(image, w - tick, y, tick, colour);
	}
}

static inline uint32_t pattern_grey(int level)
{
	return 0xff000000 | (uint32_t)level * 0x010101u;
}

enum {
	PATTERN_PATCHES = 8
};

static inline uint32_t pattern_patch_pixel(int patch, int x, int y, int size)
{
	int middle = size / 2, level;

	switch (patch) {
	case 0: /* one-pixel checkerboard */
		return pattern_grey((x + y) % 2 * 255);
	case 1: /* one-pixel columns and rows */
		return pattern_grey((y < middle ? x : y) % 2 * 255);
	case 2: /* one-pixel grid */
		return x % 8 == 0 || y % 8 == 0 ? 0xffffffff : 0xff103050;
	case 3: /* rings that narrow down to one pixel */
		level = ((x - middle) * (x - middle) + (y - middle) * (y - middle)) * 4;
		return pattern_grey(pattern_wave((uint32_t)(level * 64 / size), 255));
	case 4: /* colour bars, one for each way to swap channels */
		level = 7 - x * 8 / size;
		return 0xff000000 | (level & 2 ? 0xff0000u : 0) | (level & 4 ? 0xff00u : 0) |
		       (level & 1 ? 0xffu : 0);
	case 5: /* grey, and each colour, from dark to light */
		level = x * 255 / (size - 1);
		return pattern_mix(0xff000000,
				   y * 4 / size == 0   ? 0xffffffff
				   : y * 4 / size == 1 ? 0xffff0000
				   : y * 4 / size == 2 ? 0xff00ff00
						       : 0xff0000ff,
				   level, 255);
	case 6: /* alpha that an opaque screen must ignore */
		level = x * 255 / (size - 1);
		return (uint32_t)level << 24 | (y < middle ? 0x20e0e0u : 0xe0e020u);
	default: /* one-pixel diagonals */
		return (x + y) % 4 == 0 || (x - y + size) % 4 == 0 ? 0xffe8e8f0 : 0xff5a1846;
	}
}

static inline void pattern_patches(const struct pattern_image *image,
				   const struct pattern_layout *l)
{
	int size = l->patch_size, left = l->margin;

	for (int patch = 0; patch < PATTERN_PATCHES; patch++, left += size + l->cell) {
		if (left + size > (int)image->width - l->margin)
			break;
		for (int y = 0; y < size; y++)
			for (int x = 0; x < size; x++)
				pattern_set(image, left + x, l->patch_y + y,
					    pattern_patch_pixel(patch, x, y, size));
	}
}

/* --- text ------------------------------------------------------------------ */

#define PATTERN_INK   0xffe6e9f5u
#define PATTERN_PAPER 0xff0c0f1cu

/* 5x7 dots, the left one in bit 4; the few characters that the picture uses. */
static inline const uint8_t *pattern_glyph(char character)
{
	static const struct {
		char character;
		uint8_t rows[7];
	} font[] = {
		{ '0', { 0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e } },
		{ '1', { 0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e } },
		{ '2', { 0x0e, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1f } },
		{ '3', { 0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e } },
		{ '4', { 0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02 } },
		{ '5', { 0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e } },
		{ '6', { 0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e } },
		{ '7', { 0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08 } },
		{ '8', { 0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e } },
		{ '9', { 0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c } },
		{ 'A', { 0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11 } },
		{ 'B', { 0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e } },
		{ 'E', { 0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f } },
		{ 'F', { 0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10 } },
		{ 'G', { 0x0e, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0f } },
		{ 'M', { 0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11 } },
		{ 'R', { 0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11 } },
		{ 'X', { 0x11, 0x11, 0x0a, 0x04, 0x0a, 0x11, 0x11 } },
		{ 'x', { 0x00, 0x00, 0x11, 0x0a, 0x04, 0x0a, 0x11 } },
		{ ' ', { 0x00 } },
	};

	for (size_t i = 0; i < sizeof(font) / sizeof(font[0]); i++)
		if (font[i].character == character)
			return font[i].rows;
	return font[sizeof(font) / sizeof(font[0]) - 1].rows;
}

/* Paper and ink both, so that a character may be drawn over another. */
static inline void pattern_character(const struct pattern_image *image, int x, int y, int scale,
				     char character)
{
	const uint8_t *rows = pattern_glyph(character);

	for (int row = 0; row < 7 * scale; row++)
		for (int dot = 0; dot < 6; dot++)
			pattern_span(image, x + dot * scale, y + row, scale,
				     rows[row / scale] << dot & 0x10 ? PATTERN_INK : PATTERN_PAPER);
}

static inline int pattern_text(const struct pattern_image *image, int x, int y, int scale,
			       const char *text)
{
	for (; *text != '\0'; text++, x += 6 * scale)
		pattern_character(image, x, y, scale, *text);
	return x;
}

/* With leading zeros if `digits` is not 0. */
static inline int pattern_number(const struct pattern_image *image, int x, int y, int scale,
				 uint32_t number, int digits)
{
	char text[12];
	int at = (int)sizeof(text);

	text[--at] = '\0';
	do {
		text[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (at > 0 && (number > 0 || (int)sizeof(text) - 1 - at < digits));
	return pattern_text(image, x, y, scale, text + at);
}

static inline void pattern_label(const struct pattern_image *image, const struct pattern_layout *l)
{
	const char fourcc[] = { ' ',
				(char)(image->format & 0xff),
				(char)(image->format >> 8 & 0xff),
				(char)(image->format >> 16 & 0xff),
				(char)(image->format >> 24 & 0xff),
				'\0' };
	int x = l->text_x, y = l->text_y, scale = l->text_scale;

	if (scale == 0)
		return;
	x = pattern_number(image, x, y, scale, image->width, 0);
	x = pattern_text(image, x, y, scale, "x");
	x = pattern_number(image, x, y, scale, image->height, 0);
	pattern_text(image, x, y, scale, fourcc);
	pattern_text(image, l->text_x, y + 10 * scale, scale, "FRAME ");
}

/* Everything that does not change from frame to frame. */
static inline void pattern_draw_background(const struct pattern_image *image)
{
	struct pattern_layout l = pattern_layout(image->width, image->height);

	pattern_sky(image);
	pattern_stars(image);
	pattern_mountains(image);
	pattern_ruler(image, l.cell);
	pattern_fill(image, l.panel.x, l.panel.y, l.panel.width, l.panel.height, PATTERN_PAPER);
	pattern_fill(image, l.stamp.x - l.cell, l.stamp.y - l.cell, l.stamp.width + 2 * l.cell,
		     l.stamp.height + 2 * l.cell, 0xff000000);
	pattern_fill(image, l.strip.x, l.strip.y, l.strip.width, l.strip.height, PATTERN_PAPER);
	pattern_patches(image, &l);
	pattern_label(image, &l);
}

/* --- what moves ------------------------------------------------------------ */

static inline struct pattern_rect pattern_bar(const struct pattern_layout *l, uint32_t frame)
{
	int width = 2 * l->cell, room = l->strip.width - width;

	return (struct pattern_rect){ l->strip.x + (int)((uint64_t)frame * (uint32_t)(l->cell / 2) %
							 (uint32_t)room),
				      l->strip.y, width, l->strip.height };
}

/* The square around the ball: it flies to and fro and bounces. */
static inline struct pattern_rect pattern_ball(const struct pattern_layout *l, uint32_t frame)
{
	const int bounce = 96; /* frames */
	int side = 2 * l->radius + 1, wide = l->arena.width - side, high = l->arena.height - side;
	int phase = (int)(frame % (uint32_t)bounce);
	uint64_t way = (uint64_t)frame * (uint32_t)(l->cell * 3 / 8);

	return (struct pattern_rect){
		l->arena.x + pattern_wave((uint32_t)(way % (uint32_t)(2 * wide)), wide),
		l->arena.y + high - high * 4 * phase * (bounce - phase) / (bounce * bounce), side,
		side
	};
}

enum {
	PATTERN_SHADES = 64
};

static inline void pattern_ball_row(const struct pattern_image *image, int x, int y, int count,
				    int from_light, int light2, int scale,
				    const uint32_t shades[PATTERN_SHADES])
{
	uint32_t bytes = pattern_pixel_bytes(image->format), shade;
	uint8_t *to = pattern_at(image, x, y);

	for (int i = 0; i < count; i++, to += bytes) {
		shade = shades[(from_light + i) * (from_light + i) / scale + light2];
		if (bytes == 2)
			__builtin_memcpy(to, &shade, 2);
		else
			__builtin_memcpy(to, &shade, 4);
	}
}

/* A ball lit from the upper left. */
static inline void pattern_draw_ball(const struct pattern_image *image, int left, int top,
				     int radius)
{
	uint32_t shades[PATTERN_SHADES];
	int light = radius / 3, far = radius + light + 2;
	int scale = far * far * 2 / (PATTERN_SHADES - 2) + 1, half = 0, up;

	for (int i = 0; i < PATTERN_SHADES; i++)
		shades[i] = pattern_pack(
			image->format,
			i < 12 ? pattern_mix(0xfffffbe0, 0xffffc23c, i, 12)
			       : pattern_mix(0xffffc23c, 0xff7a0f2a, i - 12, PATTERN_SHADES - 12));
	for (int dy = -radius; dy <= radius; dy++) {
		while ((half + 1) * (half + 1) + dy * dy <= radius * radius)
			half++;
		while (half > 0 && half * half + dy * dy > radius * radius)
			half--;
		up = dy + light;
		pattern_ball_row(image, left + radius - half, top + radius + dy, 2 * half + 1,
				 light - half, up * up / scale, scale, shades);
	}
}

/* Draws the moving parts over a background; the stamp not. */
static inline void pattern_draw_moving(const struct pattern_image *image, uint32_t frame)
{
	struct pattern_layout l = pattern_layout(image->width, image->height);
	struct pattern_rect bar = pattern_bar(&l, frame), ball = pattern_ball(&l, frame);

	pattern_fill(image, bar.x, bar.y, bar.width, bar.height, PATTERN_INK);
	pattern_draw_ball(image, ball.x, ball.y, l.radius);
	if (l.text_scale != 0)
		pattern_number(image, l.text_x + 6 * 6 * l.text_scale, l.text_y + 10 * l.text_scale,
			       l.text_scale, frame % 100000000, 8);
}

/* Takes away what pattern_draw_moving drew. Both images are of one mode. */
static inline void pattern_erase_moving(const struct pattern_image *image,
					const struct pattern_image *background, uint32_t frame)
{
	struct pattern_layout l = pattern_layout(image->width, image->height);
	struct pattern_rect bar = pattern_bar(&l, frame), ball = pattern_ball(&l, frame);
	size_t bytes = (size_t)ball.width * pattern_pixel_bytes(image->format);

	pattern_fill(image, bar.x, bar.y, bar.width, bar.height, PATTERN_PAPER);
	for (int y = ball.y; y < ball.y + ball.height; y++)
		pattern_copy(pattern_at(image, ball.x, y), pattern_at(background, ball.x, y),
			     bytes);
}

/* --- stamp ----------------------------------------------------------------- */

static inline uint32_t pattern_checksum(const uint32_t words[PATTERN_STAMP_WORDS])
{
	uint32_t sum = 0x811c9dc5u;

	for (int i = 0; i < PATTERN_STAMP_WORDS - 1; i++)
		sum = pattern_hash(sum ^ words[i]) * 0x01000193u;
	return sum;
}

static inline void pattern_stamp_encode(const struct pattern_stamp *stamp,
					uint32_t words[PATTERN_STAMP_WORDS])
{
	words[0] = PATTERN_MAGIC;
	words[1] = stamp->format;
	words[2] = stamp->width << 16 | stamp->height;
	words[3] = stamp->frame;
	words[4] = (uint32_t)(stamp->time >> 32);
	words[5] = (uint32_t)stamp->time;
	words[6] = PATTERN_VERSION;
	words[7] = pattern_checksum(words);
}

/* False if the words are no stamp, or one of a picture that cannot be. */
static inline bool pattern_stamp_decode(const uint32_t words[PATTERN_STAMP_WORDS],
					struct pattern_stamp *stamp)
{
	if (words[0] != PATTERN_MAGIC || words[6] != PATTERN_VERSION ||
	    words[7] != pattern_checksum(words))
		return false;
	stamp->format = words[1];
	stamp->width = words[2] >> 16;
	stamp->height = words[2] & 0xffff;
	stamp->frame = words[3];
	stamp->time = (uint64_t)words[4] << 32 | words[5];
	return pattern_format_known(stamp->format) &&
	       pattern_size_valid(stamp->width, stamp->height);
}

static inline void pattern_draw_stamp(const struct pattern_image *image, uint32_t frame,
				      uint64_t time)
{
	struct pattern_layout l = pattern_layout(image->width, image->height);
	const struct pattern_stamp stamp = { image->format, image->width, image->height, frame,
					     time };
	size_t bytes = (size_t)l.stamp.width * pattern_pixel_bytes(image->format);
	uint32_t words[PATTERN_STAMP_WORDS];

	pattern_stamp_encode(&stamp, words);
	for (int word = 0; word < PATTERN_STAMP_WORDS; word++) {
		int y = l.stamp.y + word * l.cell;

		for (int bit = 0; bit < 32; bit++)
			pattern_span(image, l.stamp.x + bit * l.cell, y, l.cell,
				     words[word] << bit & 0x80000000u ? 0xffffffff : 0xff000000);
		for (int row = 1; row < l.cell; row++)
			pattern_copy(pattern_at(image, l.stamp.x, y + row),
				     pattern_at(image, l.stamp.x, y), bytes);
	}
}

/* The whole picture. */
static inline void pattern_draw(const struct pattern_image *image, uint32_t frame, uint64_t time)
{
	pattern_draw_background(image);
	pattern_draw_moving(image, frame);
	pattern_draw_stamp(image, frame, time);
}

/* --- cursor ---------------------------------------------------------------- */

/* An arrow in AR24 of 64x64 with a translucent shadow, alpha multiplied in. */
static inline void pattern_draw_cursor(const struct pattern_image *image)
{
	int size = (int)PATTERN_CURSOR_SIZE;

	for (int y = 0; y < size; y++)
		for (int x = 0; x < size; x++) {
			bool inside = y < 36 && x <= y * 2 / 3;
			bool edge = inside && (x == 0 || y == 35 || x == y * 2 / 3);
			bool shadow = y >= 4 && y < 40 && x >= 4 && x - 4 <= (y - 4) * 2 / 3;

			pattern_set(image, x, y,
				    edge     ? 0xff000000
				    : inside ? 0xffffffff
				    : shadow ? 0x60000000
					     : 0);
		}
}

#endif
