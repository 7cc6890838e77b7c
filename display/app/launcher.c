/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "display/source/source.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/file.h"
#include "vgpu/base/launcher.h"

static int no_memory(struct base_error *err)
{
	return base_error_errno(err, ENOMEM, "cannot add a launcher");
}

/* As in the XDG Base Directory Specification: $XDG_DATA_HOME, else ~/.local/share. */
static char *name_directory(void)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	char *path;
	int r;

	if (data != NULL && data[0] == '/')
		r = asprintf(&path, "%s/applications", data);
	else
		r = asprintf(&path, "%s/.local/share/applications", home != NULL ? home : "");
	return r >= 0 ? path : NULL;
}

static int make_directories(char *path, struct base_error *err)
{
	for (char *slash = path + 1;; slash++) {
		char end = *slash;

		if (end != '/' && end != '\0')
			continue;
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return base_error_errno(err, errno, "cannot make %s", path);
		*slash = end;
		if (end == '\0')
			return 0;
	}
}

static int open_directory(char *path, struct base_error *err)
{
	int fd;

	if (make_directories(path, err) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 ? fd : base_error_errno(err, errno, "cannot open %s", path);
}

static char *format(const struct display_options *options)
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length <= 0)
		return NULL;
	program[length] = '\0';
	return base_launcher_format(program, options->connect, options->domain);
}

int display_launcher_install(const struct display_options *options, struct base_error *err)
{
	BASE_AUTO(free) char *directory = name_directory();
	BASE_AUTO(free) char *name = base_launcher_name(options->domain);
	BASE_AUTO(free) char *text = format(options);
	BASE_AUTO(fd) int fd = -1;

	if (directory == NULL || name == NULL || text == NULL)
		return no_memory(err);
	/* A typo in the name is reported now; otherwise the launcher would silently do nothing. */
	if (display_source_check_domain(options->domain, options->connect, err) < 0)
		return -1;
	fd = open_directory(directory, err);
	if (fd < 0)
		return -1;
	if (base_file_replace_at(fd, name, text, strlen(text), 0644, err) < 0)
		return base_error_wrap(err, "%s", directory);
	printf("%s/%s\n", directory, name);
	return 0;
}
