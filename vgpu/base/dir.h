/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_DIR_H
#define BASE_DIR_H

#include <dirent.h>
#include <stddef.h>

#include "vgpu/base/cleanup.h"

/*
 * Reads the names in a directory. A DIR is not used because it takes 32 KB from the
 * heap and more system calls than a small directory of sysfs is worth. Start with
 * BASE_DIR_CLOSED, or with { .fd = DESCRIPTOR } of an open directory, which
 * base_dir_close then closes.
 */
struct base_dir {
	int fd; /* open until base_dir_close; other calls may use it */
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
 * The next name except "." and "..", valid until the next call. NULL after the last
 * name, with errno 0, or on failure, with errno set.
 */
const char *base_dir_next(struct base_dir *dir);

/* Takes NULL and a closed directory. */
void base_dir_close(struct base_dir *dir);

BASE_DEFINE_CLEANUP(base_dir, struct base_dir, base_dir_close)

#endif
