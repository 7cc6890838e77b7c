/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare-image A.png B.ppm: exit status 0 if the pictures are equal, pixel for
 * pixel, and show something: two colours at least.
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

static size_t count_differences(const struct picture *a, const struct picture *b)
{
	size_t count = 0;

	for (size_t i = 0; i < (size_t)a->width * a->height; i++) {
		if (memcmp(a->rgb + i * 3, b->rgb + i * 3, 3) == 0)
			continue;
		if (count++ == 0)
			printf("first difference at %zu,%zu: %02x%02x%02x and %02x%02x%02x\n",
			       i % a->width, i / a->width, a->rgb[i * 3], a->rgb[i * 3 + 1],
			       a->rgb[i * 3 + 2], b->rgb[i * 3], b->rgb[i * 3 + 1],
			       b->rgb[i * 3 + 2]);
	}
	return count;
}

int main(int argc, char **argv)
{
	struct picture a = { 0 }, b = { 0 };
	size_t differences;
	int blank;

	if (argc != 3 || read_png(argv[1], &a) < 0 || read_ppm(argv[2], &b) < 0) {
		fprintf(stderr,
			"usage: compare-image A.png B.ppm (two pictures that can be read)\n");
		return 2;
	}
	if (a.width != b.width || a.height != b.height) {
		printf("%ux%u and %ux%u\n", a.width, a.height, b.width, b.height);
		return 1;
	}
	differences = count_differences(&a, &b);
	blank = is_blank(&a);
	printf("%zu of %ux%u pixels differ%s\n", differences, a.width, a.height,
	       blank ? "; the picture is blank" : "");
	free(a.rgb);
	free(b.rgb);
	return differences > 0 || blank;
}
