// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the picture of a gvtsim vGPU in a PNG, draws it again from what its
 * stamp says, and compares every pixel.
 */
#include <errno.h>
#include <getopt.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lab/gvtsim/pattern.h"
#include "vgpu/base/error.h"
#include "vgpu/base/log.h"

static const char usage_text[] =
	"usage: check-pattern [options] FILE.png\n"
	"\n"
	"Finds the stamped picture of a gvtsim vGPU and compares every pixel with what\n"
	"it must be. Prints frame, time of the flip (ns, CLOCK_MONOTONIC), place, size,\n"
	"format and the number of pixels that differ. Exit status: 0 if none does.\n"
	"\n"
	"  --search                look for it anywhere (the default)\n"
	"  --at X,Y                its upper left corner must be there\n"
	"  --expect-size WxH       it must be of this size\n"
	"  --poke X,Y,RRGGBB       expect this pixel changed; may be given several times\n"
	"  --help\n";

struct poke {
	unsigned int x, y, colour;
};

enum {
	MAX_POKES = 16,
	SHOWN_DIFFERENCES = 5
};

struct request {
	const char *file;
	bool fixed;
	unsigned int x, y;
	unsigned int width, height; /* 0: any */
	struct poke pokes[MAX_POKES];
	size_t poke_count;
};

struct photo {
	uint32_t width, height;
	uint8_t *rgba; /* owned */
};

struct found {
	long x, y; /* of the picture's corner in the photo */
	struct pattern_stamp stamp;
};

static void photo_finish(struct photo *photo)
{
	free(photo->rgba);
}

BASE_DEFINE_CLEANUP(photo, struct photo, photo_finish)

static int photo_read(struct photo *photo, const char *file, struct base_error *err)
{
	png_image image = { .version = PNG_IMAGE_VERSION };

	if (!png_image_begin_read_from_file(&image, file))
		return base_error_set(err, BASE_FAILED, "cannot read %s: %s", file, image.message);
	image.format = PNG_FORMAT_RGBA;
	photo->width = image.width;
	photo->height = image.height;
	photo->rgba = malloc((size_t)image.width * image.height * 4);
	if (photo->rgba == NULL) {
		png_image_free(&image);
		return base_error_errno(err, ENOMEM, "cannot hold %s", file);
	}
	if (!png_image_finish_read(&image, NULL, photo->rgba, 0, NULL))
		return base_error_set(err, BASE_FAILED, "cannot read %s: %s", file, image.message);
	return 0;
}

static const uint8_t *photo_at(const struct photo *photo, long x, long y)
{
	return photo->rgba + ((size_t)y * photo->width + (size_t)x) * 4;
}

static bool is_light(const struct photo *photo, long x, long y)
{
	const uint8_t *pixel = photo_at(photo, x, y);

	return pixel[0] + pixel[1] + pixel[2] >= 3 * 128;
}

/* --- find ------------------------------------------------------------------ */

/* Reads a row of cells, each at one pixel; gives up at the first wrong bit of `want`. */
static bool read_word(const struct photo *photo, long x, long y, int cell, const uint32_t *want,
		      uint32_t *word)
{
	*word = 0;
	for (int bit = 0; bit < 32; bit++) {
		*word = *word << 1 | is_light(photo, x + (long)bit * cell, y);
		if (want != NULL && *word != *want >> (31 - bit))
			return false;
	}
	return true;
}

/* (x, y) is any pixel of the stamp's first cell. */
static bool read_stamp(const struct photo *photo, long x, long y, int cell,
		       struct pattern_stamp *stamp)
{
	const uint32_t magic = PATTERN_MAGIC;
	uint32_t words[PATTERN_STAMP_WORDS];

	if (!read_word(photo, x, y, cell, &magic, &words[0]))
		return false;
	for (int row = 1; row < PATTERN_STAMP_WORDS; row++)
		read_word(photo, x, y + (long)row * cell, cell, NULL, &words[row]);
	return pattern_stamp_decode(words, stamp) &&
	       pattern_layout(stamp->width, stamp->height).cell == cell;
}

/* The first cell is white and has a black margin above and on its left. */
static void locate(const struct photo *photo, long x, long y, struct found *found)
{
	struct pattern_layout layout = pattern_layout(found->stamp.width, found->stamp.height);

	while (x > 0 && is_light(photo, x - 1, y))
		x--;
	while (y > 0 && is_light(photo, x, y - 1))
		y--;
	found->x = x - layout.stamp.x;
	found->y = y - layout.stamp.y;
}

static bool search_cell(const struct photo *photo, int cell, struct found *found)
{
	long right = (long)photo->width - 31L * cell;
	long bottom = (long)photo->height - (PATTERN_STAMP_WORDS - 1L) * cell;

	for (long y = 0; y < bottom; y++)
		for (long x = 0; x < right; x++)
			if (read_stamp(photo, x, y, cell, &found->stamp)) {
				locate(photo, x, y, found);
				return true;
			}
	return false;
}

static int find(const struct photo *photo, const struct request *request, struct found *found,
		struct base_error *err)
{
	if (!search_cell(photo, 8, found) && !search_cell(photo, 4, found))
		return base_error_set(
			err, BASE_FAILED,
			"%s: no stamp of gvtsim in %ux%u pixels: nothing is shown, or it is scaled",
			request->file, photo->width, photo->height);
	if (request->fixed && (found->x != (long)request->x || found->y != (long)request->y))
		return base_error_set(err, BASE_FAILED, "%s: the picture is at %ld,%ld, not %u,%u",
				      request->file, found->x, found->y, request->x, request->y);
	if (request->width != 0 &&
	    (found->stamp.width != request->width || found->stamp.height != request->height))
		return base_error_set(err, BASE_FAILED, "%s: the picture is %ux%u, not %ux%u",
				      request->file, found->stamp.width, found->stamp.height,
				      request->width, request->height);
	if (found->x < 0 || found->y < 0 || found->x + found->stamp.width > photo->width ||
	    found->y + found->stamp.height > photo->height)
		return base_error_set(err, BASE_FAILED,
				      "%s: the picture of %ux%u at %ld,%ld is cut off: the file "
				      "has %ux%u",
				      request->file, found->stamp.width, found->stamp.height,
				      found->x, found->y, photo->width, photo->height);
	return 0;
}

/* --- compare --------------------------------------------------------------- */

static int draw(const struct pattern_stamp *stamp, const struct request *request,
		struct pattern_image *image, struct base_error *err)
{
	image->width = stamp->width;
	image->height = stamp->height;
	image->format = stamp->format;
	image->stride = (stamp->width * pattern_pixel_bytes(stamp->format) + 7) / 8 * 8;
	if (image->height == 0 || image->stride == 0)
		return base_error_set(err, BASE_FAILED, "the stamp tells of an empty picture");
	image->pixels = calloc(image->height, image->stride);
	if (image->pixels == NULL)
		return base_error_errno(err, ENOMEM, "cannot draw the picture");
	pattern_draw(image, stamp->frame, stamp->time);
	for (size_t i = 0; i < request->poke_count; i++)
		pattern_set(image, (int)request->pokes[i].x, (int)request->pokes[i].y,
			    0xff000000 | request->pokes[i].colour);
	return 0;
}

/*
 * What a screen shows of a pixel, without alpha: a primary plane is opaque. For
 * RG16 it is 5, 6 and 5 bits, since there are two usual ways to widen them.
 */
static uint32_t seen(const struct pattern_image *image, uint32_t x, uint32_t y)
{
	const uint8_t *from = pattern_at(image, (int)x, (int)y);
	uint32_t value = 0;

	memcpy(&value, from, pattern_pixel_bytes(image->format));
	if (image->format == PATTERN_XB24)
		return (value & 0xff) << 16 | (value & 0xff00) | (value >> 16 & 0xff);
	return image->format == PATTERN_RG16 ? value : value & 0xffffff;
}

static uint32_t photographed(const uint8_t *rgba, uint32_t format)
{
	if (format == PATTERN_RG16)
		return (rgba[0] * 31u + 127) / 255 << 11 | (rgba[1] * 63u + 127) / 255 << 5 |
		       (rgba[2] * 31u + 127) / 255;
	return (uint32_t)rgba[0] << 16 | (uint32_t)rgba[1] << 8 | rgba[2];
}

static unsigned long compare(const struct photo *photo, const struct found *found,
			     const struct pattern_image *image)
{
	unsigned long differing = 0;
	uint32_t want, got;

	for (uint32_t y = 0; y < image->height; y++)
		for (uint32_t x = 0; x < image->width; x++) {
			want = seen(image, x, y);
			got = photographed(photo_at(photo, found->x + x, found->y + y),
					   image->format);
			if (want == got)
				continue;
			if (++differing <= SHOWN_DIFFERENCES)
				printf("# at %u,%u: want %06x, got %06x\n", x, y, want, got);
		}
	return differing;
}

static int check(const struct request *request, struct base_error *err)
{
	BASE_AUTO(photo) struct photo photo = { 0 };
	struct pattern_image image = { 0 };
	struct found found = { 0 };
	unsigned long differing;

	if (photo_read(&photo, request->file, err) < 0 || find(&photo, request, &found, err) < 0 ||
	    draw(&found.stamp, request, &image, err) < 0)
		return -1;
	differing = compare(&photo, &found, &image);
	free(image.pixels);
	printf("frame=%u time=%llu at=%ld,%ld size=%ux%u format=%.4s differing=%lu\n",
	       found.stamp.frame, (unsigned long long)found.stamp.time, found.x, found.y,
	       found.stamp.width, found.stamp.height, (const char *)&found.stamp.format, differing);
	if (differing != 0)
		return base_error_set(err, BASE_FAILED,
				      "%s: %lu of %lu pixels are not what was drawn", request->file,
				      differing, (unsigned long)image.width * image.height);
	return 0;
}

/* --- command line ---------------------------------------------------------- */

static bool complete(const char *text, int end)
{
	return end >= 0 && text[end] == '\0';
}

static bool parse_poke(const char *text, struct poke *poke)
{
	int end = -1;

	return sscanf(text, "%u,%u,%x%n", &poke->x, &poke->y, &poke->colour, &end) == 3 &&
	       complete(text, end);
}

static bool parse_option(int option, const char *value, struct request *request)
{
	int end = -1;

	switch (option) {
	case 's':
		request->fixed = false;
		return true;
	case 'a':
		request->fixed = true;
		return sscanf(value, "%u,%u%n", &request->x, &request->y, &end) == 2 &&
		       complete(value, end);
	case 'e':
		return sscanf(value, "%ux%u%n", &request->width, &request->height, &end) == 2 &&
		       complete(value, end);
	case 'p':
		return request->poke_count < MAX_POKES &&
		       parse_poke(value, &request->pokes[request->poke_count++]);
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "search", no_argument, NULL, 's' },
		{ "at", required_argument, NULL, 'a' },
		{ "expect-size", required_argument, NULL, 'e' },
		{ "poke", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct request request = { 0 };
	int option;

	base_log_init("check-pattern", BASE_LOG_INFO);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage_text, stdout);
			return BASE_DONE;
		}
		if (!parse_option(option, optarg, &request)) {
			fputs(usage_text, stderr);
			return BASE_MISUSED;
		}
	}
	if (optind != argc - 1) {
		fputs(usage_text, stderr);
		return BASE_MISUSED;
	}
	request.file = argv[optind];
	return check(&request, &err) < 0 ? base_log_error(&err) : BASE_DONE;
}
