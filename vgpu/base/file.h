/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "vgpu/base/error.h"

/*
 * Reads a regular file (or a sysfs attribute) of at most `limit` bytes below
 * dirfd (AT_FDCWD for the working directory). The text is owned by the caller
 * and ends with a NUL that `length` (may be NULL) does not count. A link, a
 * FIFO, a longer file or one with a NUL byte in it is refused. err->errnum says
 * ENOENT where there is no such file.
 */
char *base_file_read_at(int dirfd, const char *path, size_t limit, size_t *length,
			struct base_error *err);

/*
 * Writes `length` bytes to `path` below dirfd so that at any moment, also after
 * a crash, the file is either the old or the new one: a temporary file in the
 * same directory, fsync, rename, fsync of the directory. On failure the old
 * file is untouched and nothing is left behind, but for a failure of that last
 * step: then the new file is there, and may be gone after a crash. path must
 * have no directory part: hold the directory instead.
 */
int base_file_replace_at(int dirfd, const char *path, const void *data, size_t length, mode_t mode,
			 struct base_error *err);

/*
 * Writes to an attribute of sysfs, in one write(2), as the kernel wants it.
 * err->errnum is the kernel's answer.
 */
int base_file_write_attribute(const char *path, const char *value, struct base_error *err);

#endif
