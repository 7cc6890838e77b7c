/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/doctor/gather/below.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>

#include "vgpu/base/file.h"

#define FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* The C library has no function for openat2(2). */
static int open_in_root(int root_fd, const char *path)
{
	struct open_how how = {
		.flags = FLAGS,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
}

int doctor_below_open_directory(const char *root, const char *path, struct base_error *err)
{
	BASE_AUTO(fd) int root_fd = -1;
	int fd;

	if (*root == '\0') {
		fd = BASE_RETRY(open(path, FLAGS));
	} else {
		root_fd = BASE_RETRY(open(root, FLAGS));
		fd = root_fd < 0 ? -1 : BASE_RETRY(open_in_root(root_fd, path));
	}
	if (fd < 0)
		return base_error_errno(err, errno, "cannot open %s%s", root, path);
	return fd;
}

int doctor_below_open(const char *root, const char *path, const char **name, struct base_error *err)
{
	BASE_AUTO(free) char *directory = strdup(path);

	if (directory == NULL)
		return base_error_no_memory(err, "cannot open %s", path);
	*name = strrchr(path, '/') + 1;
	directory[*name - path] = '\0';
	return doctor_below_open_directory(root, directory, err);
}

void doctor_below_sweep(int fd, const char *name)
{
	BASE_AUTO(dir) DIR *dir = NULL;
	const struct dirent *entry;
	char base[NAME_MAX + 1];
	int copy = openat(fd, ".", FLAGS);

	dir = copy >= 0 ? fdopendir(copy) : NULL;
	if (dir == NULL && copy >= 0)
		close(copy);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (base_file_is_temporary(entry->d_name, base) && strcmp(base, name) == 0)
			unlinkat(fd, entry->d_name, 0);
	}
}
