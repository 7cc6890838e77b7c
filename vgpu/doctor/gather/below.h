/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DOCTOR_BELOW_H
#define DOCTOR_BELOW_H

#include "vgpu/base/error.h"

/*
 * Opens the directory that `path` (which begins with /) is in, below the root: if
 * the root is not "", no link can lead out of it. *name is the path's last part.
 * Returns -1 if it cannot be opened; err->errnum is ENOENT if there is none.
 */
int doctor_below_open(const char *root, const char *path, const char **name,
		      struct base_error *err);

/* Opens the directory `path` itself, in the same way. */
int doctor_below_open_directory(const char *root, const char *path, struct base_error *err);

/* Removes what an interrupted write of `name` has left in the directory. */
void doctor_below_sweep(int fd, const char *name);

#endif
