/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_DIR_H
#define BASE_DIR_H

#include <dirent.h>
#include <stddef.h>

#include "vgpu/base/cleanup.h"

/*
 * The names in a directory. Not a DIR, which takes 32 KB from the heap and more system
 * calls than the small directories of sysfs are worth. Start with BASE_DIR_CLOSED, or
 * with { .fd = DESCRIPTOR } of a directory that is open; it is closed with this.
 */
struct base_dir {
	int fd; /* open as long as this is; other calls may use it */
	size_t next, end;
	_Alignas(struct dirent64) char entries[4096];
};

#define BASE_DIR_CLOSED                                                                            \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* Opens a directory below dirfd (AT_FDCWD for the working directory); -1 with errno. */
int base_dir_open(struct base_dir *dir, int dirfd, const char *path);

/*
 * The next name but "." and "..", until the next call; NULL with an errno of 0 after
 * the last, with another where the directory cannot be read on.
 */
const char *base_dir_next(struct base_dir *dir);

/* Takes NULL and a closed one. */
void base_dir_close(struct base_dir *dir);

BASE_DEFINE_CLEANUP(base_dir, struct base_dir, base_dir_close)

#endif
