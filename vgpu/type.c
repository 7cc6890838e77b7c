/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/type.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/file.h"

#define ATTRIBUTE_LIMIT 4096 /* sysfs gives a page at most */
#define NUMBER_DIGITS	9    /* any number of so many digits fits an int */

static void make_printable(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	for (char *p = text; *p != '\0'; p++) {
		if (*p != '\n' && (*p < ' ' || *p > '~'))
			*p = '?';
	}
}

/* NULL also where the attribute is there but cannot be read: it is unknown. */
static char *read_text(int dirfd, const char *name)
{
	char *text = base_file_read_at(dirfd, name, ATTRIBUTE_LIMIT, NULL, NULL);

	if (text != NULL)
		make_printable(text);
	return text;
}

/* A number that fills the text up to `end`, followed by `unit`; else -1. */
static long parse_number(const char *text, const char *unit)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > NUMBER_DIGITS || strcmp(text + digits, unit) != 0)
		return -1;
	return strtol(text, NULL, 10);
}

static bool is_resolution(const char *text)
{
	size_t width = strspn(text, "0123456789");
	size_t height;

	if (width == 0 || width > 5 || text[width] != 'x')
		return false;
	height = strspn(text + width + 1, "0123456789");
	return height > 0 && height <= 5 && text[width + 1 + height] == '\0';
}

static int describe_line(struct vgpu_type *type, const char *line)
{
	const struct {
		const char *key;
		const char *unit;
		long *value;
	} numbers[] = {
		{ "low_gm_size: ", "MB", &type->low_mb },
		{ "high_gm_size: ", "MB", &type->high_mb },
		{ "fence: ", "", &type->fences },
		{ "weight: ", "", &type->weight },
	};
	static const char resolution[] = "resolution: ";

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strncmp(line, numbers[i].key, strlen(numbers[i].key)) == 0)
			*numbers[i].value =
				parse_number(line + strlen(numbers[i].key), numbers[i].unit);
	}
	if (strncmp(line, resolution, strlen(resolution)) != 0 || type->resolution != NULL ||
	    !is_resolution(line + strlen(resolution)))
		return 0;
	type->resolution = strdup(line + strlen(resolution));
	return type->resolution == NULL ? -1 : 0;
}

int vgpu_type_describe(struct vgpu_type *type, const char *description, struct base_error *err)
{
	BASE_AUTO(free) char *text = strdup(description);
	char *rest = text;

	while (rest != NULL) {
		const char *line = strsep(&rest, "\n");

		if (describe_line(type, line) < 0)
			return base_error_errno(err, ENOMEM, "cannot read the type %s", type->id);
	}
	return 0;
}

int vgpu_type_init(struct vgpu_type *type, int types_fd, const char *id, struct base_error *err)
{
	BASE_AUTO(free) char *available = NULL;
	BASE_AUTO(fd) int fd = -1;

	*type = (struct vgpu_type){ .available = -1,
				    .maximum = -1,
				    .low_mb = -1,
				    .high_mb = -1,
				    .fences = -1,
				    .weight = -1 };
	fd = BASE_RETRY(openat(types_fd, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
	if (fd < 0)
		return base_error_errno(err, errno, "cannot open the type %s", id);
	type->id = strdup(id);
	if (type->id == NULL)
		return base_error_errno(err, ENOMEM, "cannot read the type %s", id);
	type->name = read_text(fd, "name");
	type->description = read_text(fd, "description");
	type->device_api = read_text(fd, "device_api");
	available = read_text(fd, "available_instances");
	if (available != NULL)
		type->available = parse_number(available, "");
	if (type->description == NULL || vgpu_type_describe(type, type->description, err) == 0)
		return 0;
	vgpu_type_finish(type);
	return -1;
}

static void print_number(FILE *out, const char *before, long number, const char *after)
{
	if (number >= 0)
		fprintf(out, "%s%s%ld%s", ftell(out) > 0 ? ", " : "", before, number, after);
}

static void print_line(FILE *out, const char *text)
{
	if (ftell(out) > 0)
		fputs(", ", out);
	for (; *text != '\0'; text++)
		fputs(*text == '\n' ? ", " : (char[]){ *text, '\0' }, out);
}

char *vgpu_type_summarise(const struct vgpu_type *type)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	if (type->name != NULL && strcmp(type->name, type->id) != 0 && !vgpu_type_is_graphics(type))
		print_line(out, type->name);
	print_number(out, "", type->low_mb, " MB low");
	print_number(out, "", type->high_mb, " MB high");
	print_number(out, "", type->fences, " fences");
	if (type->resolution != NULL)
		print_line(out, type->resolution);
	print_number(out, "weight ", type->weight, "");
	if (type->low_mb < 0 && type->description != NULL)
		print_line(out, type->description);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

bool vgpu_type_is_graphics(const struct vgpu_type *type)
{
	return type->resolution != NULL;
}

static int sign(long difference)
{
	return (difference > 0) - (difference < 0);
}

/*
 * Graphics memory tells where the driver names it. Where it does not, instances
 * of a larger type are fewer, as all share what the parent has.
 */
int vgpu_type_compare(const struct vgpu_type *a, const struct vgpu_type *b)
{
	int order = sign(b->low_mb - a->low_mb);

	if (order == 0)
		order = sign(b->high_mb - a->high_mb);
	if (order == 0)
		order = sign(a->available - b->available);
	return order != 0 ? order : strverscmp(a->id, b->id);
}

bool vgpu_type_may_fit(const struct vgpu_type *type)
{
	return type->available != 0;
}

void vgpu_type_finish(struct vgpu_type *type)
{
	if (type == NULL)
		return;
	free(type->id);
	free(type->name);
	free(type->description);
	free(type->device_api);
	free(type->resolution);
	*type = (struct vgpu_type){ 0 };
}
