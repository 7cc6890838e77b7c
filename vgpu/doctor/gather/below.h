/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DOCTOR_BELOW_H
#define DOCTOR_BELOW_H

#include "vgpu/base/error.h"

/*
 * Opens the directory of `path` (which begins with /) below the root: no link in
 * it leads out of a root that is not "". *name is the path's last part. -1 if
 * it cannot be opened; err->errnum is ENOENT if there is none.
 */
int doctor_below_open(const char *root, const char *path, const char **name,
		      struct base_error *err);

/* The same for a directory that is itself to be opened. */
int doctor_below_open_directory(const char *root, const char *path, struct base_error *err);

/* Removes what a write of `name` that was cut off has left in the directory. */
void doctor_below_sweep(int fd, const char *name);

#endif
