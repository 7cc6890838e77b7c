/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare-image A.png B.ppm [WxH+X+Y]: exit status 0 if A shows B in that place (by
 * default they are of one size), magnified and sharp, and black around it, and if it
 * shows something: two colours at least. A pixel of A that lies wholly in one of B
 * must have that one's colour; others, where a magnification is no whole number, are
 * not looked at.
 */
#include <png.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIDE 16384

struct picture {
	uint32_t width, height;
	uint8_t *rgb;
};

static int read_png(const char *path, struct picture *picture)
{
	png_image png = { .version = PNG_IMAGE_VERSION };

	if (!png_image_begin_read_from_file(&png, path))
		return -1;
	png.format = PNG_FORMAT_RGB;
	picture->width = png.width;
	picture->height = png.height;
	picture->rgb = malloc((size_t)png.width * png.height * 3);
	if (picture->rgb == NULL)
		return -1;
	return png_image_finish_read(&png, NULL, picture->rgb, 0, NULL) ? 0 : -1;
}

/* As QEMU writes it: P6, no comments, 8 bits. */
static int read_ppm(const char *path, struct picture *picture)
{
	FILE *file = fopen(path, "rb");
	unsigned int max = 0;
	size_t size;

	if (file == NULL)
		return -1;
	if (fscanf(file, "P6 %u %u %u", &picture->width, &picture->height, &max) != 3 ||
	    max != 255 || fgetc(file) == EOF || picture->width > MAX_SIDE ||
	    picture->height > MAX_SIDE) {
		fclose(file);
		return -1;
	}
	size = (size_t)picture->width * picture->height * 3;
	picture->rgb = malloc(size);
	if (picture->rgb != NULL && fread(picture->rgb, 1, size, file) != size)
		size = 0;
	fclose(file);
	return picture->rgb != NULL && size > 0 ? 0 : -1;
}

static int is_blank(const struct picture *picture)
{
	size_t size = (size_t)picture->width * picture->height * 3;

	return size < 6 || memcmp(picture->rgb, picture->rgb + 3, size - 3) == 0;
}

struct place {
	uint32_t width, height, x, y;
};

/*
 * The pixel of a row (or column) of B that the one at `at` of A lies in; -1: beside
 * the picture, -2: on an edge.
 */
static long find(uint64_t at, uint64_t from, uint64_t size, uint64_t count)
{
	uint64_t first, last;

	if (at < from || at >= from + size)
		return -1;
	/* In parts of which a pixel of B has `size` and one of A has `count`. */
	first = (at - from) * count / size;
	last = ((at - from + 1) * count - 1) / size;
	return first == last ? (long)first : -2;
}

static const uint8_t *find_pixel(const struct picture *b, const struct place *place, size_t x,
				 size_t y)
{
	static const uint8_t black[3];
	long column = find(x, place->x, place->width, b->width);
	long row = find(y, place->y, place->height, b->height);

	if (column == -1 || row == -1)
		return black;
	if (column < 0 || row < 0)
		return NULL;
	return b->rgb + ((size_t)row * b->width + (size_t)column) * 3;
}

static size_t count_differences(const struct picture *a, const struct picture *b,
				const struct place *place, size_t *compared)
{
	size_t count = 0;

	for (size_t i = 0; i < (size_t)a->width * a->height; i++) {
		const uint8_t *got = a->rgb + i * 3;
		const uint8_t *want = find_pixel(b, place, i % a->width, i / a->width);

		*compared += want != NULL;
		if (want == NULL || memcmp(got, want, 3) == 0)
			continue;
		if (count++ == 0)
			printf("first difference at %zu,%zu: %02x%02x%02x and %02x%02x%02x\n",
			       i % a->width, i / a->width, got[0], got[1], got[2], want[0], want[1],
			       want[2]);
	}
	return count;
}

int main(int argc, char **argv)
{
	struct picture a = { 0 }, b = { 0 };
	struct place place = { 0 };
	size_t differences, compared = 0;
	int blank;

	if (argc < 3 || argc > 4 || read_png(argv[1], &a) < 0 || read_ppm(argv[2], &b) < 0 ||
	    (argc == 4 && sscanf(argv[3], "%ux%u+%u+%u", &place.width, &place.height, &place.x,
				 &place.y) != 4)) {
		fprintf(stderr, "usage: compare-image A.png B.ppm [WxH+X+Y] (two pictures that "
				"can be read)\n");
		return 2;
	}
	if (argc == 3) {
		place.width = a.width;
		place.height = a.height;
	}
	if ((argc == 3 && (a.width != b.width || a.height != b.height)) || place.width < b.width ||
	    place.height < b.height || (uint64_t)place.x + place.width > a.width ||
	    (uint64_t)place.y + place.height > a.height) {
		printf("%ux%u and %ux%u\n", a.width, a.height, b.width, b.height);
		return 1;
	}
	differences = count_differences(&a, &b, &place, &compared);
	blank = is_blank(&a);
	printf("%zu of %zu pixels differ%s\n", differences, compared,
	       blank ? "; the picture is blank" : "");
	free(a.rgb);
	free(b.rgb);
	return differences > 0 || compared == 0 || blank;
}
