/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/host/type.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/file.h"
#include "vgpu/base/text.h"
#include "vgpu/host/sysfs.h"

#define NUMBER_DIGITS 9 /* any number with this many digits fits an int */

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

/*
 * An attribute's path below mdev_supported_types, so that the type's directory need
 * not be opened.
 */
struct attribute_path {
	char text[NAME_MAX + sizeof("/available_instances")];
};

static struct attribute_path join_attribute(const char *id, const char *name)
{
	struct attribute_path path;
	size_t length = strlen(id);

	memcpy(path.text, id, length);
	path.text[length] = '/';
	memcpy(path.text + length + 1, name, strlen(name) + 1);
	return path;
}

/* NULL also if the attribute exists but cannot be read: then it is unknown. */
static char *read_text(int types_fd, const char *id, const char *name)
{
	char *text = base_file_read_attribute_at(types_fd, join_attribute(id, name).text);

	if (text != NULL)
		make_printable(text);
	return text;
}

/* The number that the text consists of, followed only by `unit`; else -1. */
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
			return base_error_no_memory(err, "cannot read the type %s", type->id);
	}
	return 0;
}

/* Sets errno if it is not a directory. */
static bool is_directory(int dirfd, const char *path)
{
	struct stat st;

	if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode);
}

int vgpu_type_init(struct vgpu_type *type, int types_fd, const char *id, struct base_error *err)
{
	BASE_AUTO(free) char *available = NULL;
	long active;

	*type = (struct vgpu_type){ .available = -1,
				    .maximum = -1,
				    .low_mb = -1,
				    .high_mb = -1,
				    .fences = -1,
				    .weight = -1 };
	if (strlen(id) > NAME_MAX)
		return base_error_errno(err, ENAMETOOLONG, "cannot open the type %s", id);
	type->name = read_text(types_fd, id, "name");
	/* Without a name it may not be a type at all. */
	if (type->name == NULL && !is_directory(types_fd, id))
		return base_error_errno(err, errno, "cannot open the type %s", id);
	type->id = strdup(id);
	type->description = read_text(types_fd, id, "description");
	type->device_api = read_text(types_fd, id, "device_api");
	available = read_text(types_fd, id, "available_instances");
	if (available != NULL)
		type->available = parse_number(available, "");
	/* Counts the links to the vGPUs, if they can be read. */
	active = vgpu_sysfs_count_vgpus(types_fd, join_attribute(id, "devices").text);
	type->active = active > 0 ? (size_t)active : 0;
	if (type->id == NULL)
		base_error_no_memory(err, "cannot read the type %s", id);
	else if (type->description == NULL || vgpu_type_describe(type, type->description, err) == 0)
		return 0;
	vgpu_type_finish(type);
	return -1;
}

static void add_separator(struct base_text *text)
{
	if (text->length > 0)
		base_text_add(text, ", ");
}

static void add_number(struct base_text *text, const char *before, long number, const char *after)
{
	if (number < 0)
		return;
	add_separator(text);
	base_text_add(text, before);
	base_text_add_number(text, number);
	base_text_add(text, after);
}

/* Adds the lines, with ", " between them. */
static void add_lines(struct base_text *text, const char *lines)
{
	add_separator(text);
	for (size_t length; *lines != '\0'; lines += length) {
		length = strcspn(lines, "\n");
		base_text_add_bytes(text, lines, length);
		if (lines[length] == '\n') {
			base_text_add(text, ", ");
			length++;
		}
	}
}

char *vgpu_type_summarise(const struct vgpu_type *type)
{
	struct base_text text = { 0 };

	if (type->name != NULL && strcmp(type->name, type->id) != 0 && !vgpu_type_is_graphics(type))
		add_lines(&text, type->name);
	add_number(&text, "", type->low_mb, " MB low");
	add_number(&text, "", type->high_mb, " MB high");
	add_number(&text, "", type->fences, " fences");
	if (type->resolution != NULL)
		add_lines(&text, type->resolution);
	add_number(&text, "weight ", type->weight, "");
	if (type->low_mb < 0 && type->description != NULL)
		add_lines(&text, type->description);
	return base_text_take(&text);
}

bool vgpu_type_is_graphics(const struct vgpu_type *type)
{
	return type->resolution != NULL;
}

bool vgpu_type_is_pci(const struct vgpu_type *type)
{
	return type->device_api != NULL && strcmp(type->device_api, VGPU_TYPE_PCI_API) == 0;
}

static int sign(long difference)
{
	return (difference > 0) - (difference < 0);
}

/*
 * The graphics memory decides, if the driver states it. If not, a larger type has
 * fewer instances, because all types share the parent's resources.
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
