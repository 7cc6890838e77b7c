/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/doctor/gather/read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vgpu/base/array.h"
#include "vgpu/base/file.h"
#include "vgpu/base/text.h"

#define LIMIT	     (8 << 20) /* bytes; a modules.dep is a megabyte */
#define SYSCTL_LIMIT 4096

static char *read_text(const char *root, const char *path, size_t limit, bool *missing)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *whole = NULL;
	char real[PATH_MAX];
	char *text;

	*missing = false;
	whole = base_text_format("%s%s", root, path);
	if (whole == NULL)
		return NULL;
	/* Some configuration files are links in some distributions. */
	if (realpath(whole, real) == NULL) {
		*missing = errno == ENOENT || errno == ENOTDIR;
		return NULL;
	}
	text = base_file_read_at(AT_FDCWD, real, limit, NULL, &err);
	*missing = text == NULL && err.errnum == ENOENT;
	return text;
}

char *doctor_read_or_miss(const char *root, const char *path, bool *missing)
{
	return read_text(root, path, LIMIT, missing);
}

char *doctor_read(const char *root, const char *path)
{
	bool missing;

	return read_text(root, path, LIMIT, &missing);
}

char *doctor_read_sysctl(const char *root, const char *path)
{
	bool missing;

	return read_text(root, path, SYSCTL_LIMIT, &missing);
}

bool doctor_read_exists(const char *root, const char *path)
{
	BASE_AUTO(free) char *whole = base_text_format("%s%s", root, path);
	struct stat st;

	if (whole == NULL)
		return false;
	return stat(whole, &st) == 0;
}

static const char *base_name(const char *path)
{
	return strrchr(path, '/') + 1;
}

static bool has_name(const struct doctor_files *files, const char *name)
{
	for (size_t i = 0; i < files->count; i++) {
		if (strcmp(base_name(files->items[i].path), name) == 0)
			return true;
	}
	return false;
}

static int add_file(struct doctor_files *files, const char *root, const char *directory,
		    const char *name)
{
	BASE_AUTO(free) char *path = NULL;
	struct doctor_file *items = vgpu_array_grow(files->items, files->count, sizeof(*items));

	if (items == NULL)
		return -1;
	files->items = items;
	path = base_text_format("%s/%s", directory, name);
	if (path == NULL)
		return -1;
	items[files->count].text = doctor_read(root, path);
	/* A file that cannot be read still hides others of the same name. */
	if (items[files->count].text == NULL)
		items[files->count].text = strdup("");
	if (items[files->count].text == NULL)
		return -1;
	items[files->count++].path = BASE_STEAL_PTR(path);
	return 0;
}

static int add_directory(struct doctor_files *files, const char *root, const char *directory,
			 const char *suffix)
{
	BASE_AUTO(free) char *whole = NULL;
	BASE_AUTO(dir) DIR *dir = NULL;
	const struct dirent *entry;

	whole = base_text_format("%s%s", root, directory);
	if (whole == NULL)
		return -1;
	dir = opendir(whole);
	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL) {
		if (*entry->d_name == '.' || !base_text_ends_with(entry->d_name, suffix) ||
		    has_name(files, entry->d_name))
			continue;
		if (add_file(files, root, directory, entry->d_name) < 0)
			return -1;
	}
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct doctor_file *left = a, *right = b;

	return strcmp(base_name(left->path), base_name(right->path));
}

int doctor_files_read(struct doctor_files *files, const char *root, const char *const *directories,
		      const char *suffix, struct base_error *err)
{
	for (; *directories != NULL; directories++) {
		if (add_directory(files, root, *directories, suffix) < 0)
			return base_error_no_memory(err, "cannot read %s", *directories);
	}
	if (files->count > 0)
		qsort(files->items, files->count, sizeof(*files->items), compare_names);
	return 0;
}

void doctor_files_finish(struct doctor_files *files)
{
	if (files == NULL)
		return;
	for (size_t i = 0; i < files->count; i++) {
		free(files->items[i].path);
		free(files->items[i].text);
	}
	free(files->items);
	*files = (struct doctor_files){ 0 };
}

char *doctor_read_word(char **rest)
{
	char *word;

	if (*rest == NULL)
		return NULL;
	word = *rest + strspn(*rest, " \t\r\n");
	if (*word == '\0' || *word == '#') {
		*rest = NULL;
		return NULL;
	}
	*rest = word + strcspn(word, " \t\r\n");
	if (**rest == '\0')
		*rest = NULL;
	else
		*(*rest)++ = '\0';
	return word;
}

char *doctor_read_line(char **rest)
{
	char *line = strsep(rest, "\n");

	if (line != NULL && line[strspn(line, " \t")] == '#')
		*line = '\0';
	return line;
}

bool doctor_read_has_line(const char *text, const char *line, size_t length)
{
	while (*text != '\0') {
		size_t whole = strcspn(text, "\n");

		if (whole == length && strncmp(text, line, length) == 0)
			return true;
		text += whole + (text[whole] == '\n');
	}
	return false;
}
