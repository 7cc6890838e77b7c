/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "vgpu/base/error.h"

/*
 * Reads a regular file (or a sysfs attribute) of at most `limit` bytes below dirfd
 * (AT_FDCWD for the working directory). The text is owned by the caller and ends
 * with a NUL that `length` (may be NULL) does not count. A link, a FIFO, a longer
 * file or one with a NUL byte in it is refused. err->errnum is ENOENT if there is
 * no such file.
 */
char *base_file_read_at(int dirfd, const char *path, size_t limit, size_t *length,
			struct base_error *err);

/*
 * Reads the rest of an open file, which may be a pipe. Stops soon after `limit`
 * bytes: a *length above the limit means that there was more. No NUL is added.
 * Owned by the caller; NULL with an error that contains `name`.
 */
char *base_file_read_all(int fd, const char *name, size_t limit, size_t *length,
			 struct base_error *err);

/*
 * Reads an attribute of sysfs below dirfd as the kernel provides it: in one
 * read(2), at most a page. Owned by the caller; NULL if it cannot be read. A link
 * is refused.
 */
char *base_file_read_attribute_at(int dirfd, const char *path);

/*
 * Writes `length` bytes to `path` below dirfd so that at any moment, also after a
 * crash, the file is either the old or the new one: a temporary file in the same
 * directory, fsync, rename, fsync of the directory. On failure the old file is
 * untouched and nothing is left behind, except if the last step fails: then the new
 * file is there, but may be lost in a crash. path must have no directory part: pass
 * the open directory instead.
 */
int base_file_replace_at(int dirfd, const char *path, const void *data, size_t length, mode_t mode,
			 struct base_error *err);

/*
 * True for the name of such a temporary file; `base` is then the `path` that was to
 * be written. A temporary file that exists while nobody writes was left by a writer
 * that was killed.
 */
bool base_file_is_temporary(const char *name, char base[NAME_MAX + 1]);

/*
 * As base_file_replace_at, for a regular file that exists: the new file keeps its
 * owner, its group and the bits 0664 of its mode, and its owner may always read and
 * write it. Access control lists are not kept. Fails if the owner cannot be kept.
 */
int base_file_rewrite_at(int dirfd, const char *path, const void *data, size_t length,
			 struct base_error *err);

/*
 * Writes to an attribute of sysfs, in one write(2), as the kernel requires.
 * err->errnum is the kernel's answer.
 */
int base_file_write_attribute(const char *path, const char *value, struct base_error *err);

#endif
