/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/draw/image.h"

#include <ctype.h>
#include <epoxy/gl.h>
#include <errno.h>
#include <fcntl.h>
#include <png.h>
#include <stdio.h>
#include <string.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/file.h"

#define NAME_LENGTH_MAX 200 /* leaves room for what the file names add, within NAME_MAX */
#define NUMBER_MAX	9999

int display_image_init(struct display_image *image, int32_t width, int32_t height,
		       struct base_error *err)
{
	size_t count = (size_t)width * (size_t)height;
	BASE_AUTO(free) uint8_t *rgba = calloc(count, 4);

	*image = (struct display_image){ .width = width, .height = height };
	image->pixels = calloc(count, 3);
	if (rgba == NULL || image->pixels == NULL)
		return base_error_errno(err, ENOMEM, "cannot take a screenshot");
	/* RGBA is the only format that every OpenGL ES can read. */
	glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
	for (size_t i = 0; i < count; i++)
		memcpy(image->pixels + i * 3, rgba + i * 4, 3);
	return 0;
}

void display_image_finish(struct display_image *image)
{
	free(image->pixels);
	*image = (struct display_image){ 0 };
}

static int encode_png(const struct display_image *image, void **data, size_t *size,
		      struct base_error *err)
{
	png_image png = { .version = PNG_IMAGE_VERSION,
			  .width = (png_uint_32)image->width,
			  .height = (png_uint_32)image->height,
			  .format = PNG_FORMAT_RGB };
	BASE_AUTO(free) void *buffer = NULL;

	*size = PNG_IMAGE_PNG_SIZE_MAX(png);
	buffer = malloc(*size);
	if (buffer == NULL)
		return base_error_errno(err, ENOMEM, "cannot write a screenshot");
	/* The stride is negative because the bottom row comes first. */
	if (!png_image_write_to_memory(&png, buffer, size, 0, image->pixels, -image->width * 3,
				       NULL))
		return base_error_set(err, BASE_FAILED, "cannot write a screenshot: %s",
				      png.message);
	*data = BASE_STEAL_PTR(buffer);
	return 0;
}

static int open_directory(const char *path, struct base_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		base_error_errno(err, errno, "cannot write a screenshot into %s", path);
	return fd;
}

static int write_png_at(const struct display_image *image, int directory, const char *name,
			struct base_error *err)
{
	BASE_AUTO(free) void *data = NULL;
	size_t size;

	if (encode_png(image, &data, &size, err) < 0)
		return -1;
	return base_file_replace_at(directory, name, data, size, 0644, err);
}

int display_image_write(const struct display_image *image, const char *path, struct base_error *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	BASE_AUTO(free) char *directory = NULL;
	BASE_AUTO(fd) int fd = -1;

	if (slash == path)
		directory = strdup("/");
	else
		directory = slash != NULL ? strndup(path, (size_t)(slash - path)) : strdup(".");
	if (directory == NULL)
		return base_error_errno(err, ENOMEM, "cannot write a screenshot");
	fd = open_directory(directory, err);
	return fd < 0 ? -1 : write_png_at(image, fd, name, err);
}

static void make_name_safe(char *name)
{
	for (char *c = name; *c != '\0'; c++) {
		if (!isalnum((unsigned char)*c) && strchr("._-", *c) == NULL)
			*c = '_';
	}
	if (name[0] == '.')
		name[0] = '_';
}

static char *find_free_name(int directory, const char *name, struct base_error *err)
{
	for (int number = 1; number <= NUMBER_MAX; number++) {
		BASE_AUTO(free) char *file = NULL;

		if (asprintf(&file, "%s-%04d.png", name, number) < 0) {
			file = NULL;
			base_error_errno(err, ENOMEM, "cannot write a screenshot");
			return NULL;
		}
		/* If the error is not ENOENT, writing the file will report it. */
		if (faccessat(directory, file, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			return BASE_STEAL_PTR(file);
	}
	base_error_set(
		err, BASE_FAILED,
		"there are %d screenshots of this name already: move them to another directory",
		NUMBER_MAX);
	return NULL;
}

int display_image_write_numbered(const struct display_image *image, const char *directory,
				 const char *name, char **path, struct base_error *err)
{
	BASE_AUTO(free) char *safe = strdup(name);
	BASE_AUTO(free) char *file = NULL;
	BASE_AUTO(fd) int fd = -1;

	if (safe == NULL)
		return base_error_errno(err, ENOMEM, "cannot write a screenshot");
	make_name_safe(safe);
	if (strlen(safe) > NAME_LENGTH_MAX)
		safe[NAME_LENGTH_MAX] = '\0';
	fd = open_directory(directory, err);
	if (fd < 0)
		return -1;
	file = find_free_name(fd, safe, err);
	if (file == NULL || write_png_at(image, fd, file, err) < 0)
		return -1;
	if (asprintf(path, "%s/%s", directory, file) < 0) {
		*path = NULL;
		return base_error_errno(err, ENOMEM, "cannot name a screenshot");
	}
	return 0;
}
