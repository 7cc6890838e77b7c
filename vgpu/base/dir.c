/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

int base_dir_open(struct base_dir *dir, int dirfd, const char *path)
{
	dir->next = dir->end = 0;
	dir->fd = BASE_RETRY(openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	return dir->fd < 0 ? -1 : 0;
}

/* Returns false at the end, with errno 0, or on failure, with errno set. */
static bool read_on(struct base_dir *dir)
{
	ssize_t got = BASE_RETRY(getdents64(dir->fd, dir->entries, sizeof(dir->entries)));

	dir->next = 0;
	dir->end = got > 0 ? (size_t)got : 0;
	if (got == 0)
		errno = 0;
	return got > 0;
}

const char *base_dir_next(struct base_dir *dir)
{
	while (dir->next < dir->end || read_on(dir)) {
		const struct dirent64 *entry = (const void *)(dir->entries + dir->next);

		dir->next += entry->d_reclen;
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return entry->d_name;
	}
	return NULL;
}

void base_dir_close(struct base_dir *dir)
{
	if (dir != NULL)
		base_cleanup_fd(&dir->fd);
}
