/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DOCTOR_READ_H
#define DOCTOR_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/error.h"

/* Files of the host that is looked at: below a root, which may be "". */

/* The file's text, owned by the caller; NULL if it cannot be read. */
char *doctor_read(const char *root, const char *path);

/*
 * The same for a file below /proc/sys, which the kernel does not let us read with a
 * large buffer.
 */
char *doctor_read_sysctl(const char *root, const char *path);

/* As doctor_read; *missing is true if the file does not exist, not if it cannot be read. */
char *doctor_read_or_miss(const char *root, const char *path, bool *missing);

bool doctor_read_exists(const char *root, const char *path);

/* A configuration file. Both are owned. */
struct doctor_file {
	char *path; /* without the root */
	char *text;
};

struct doctor_files {
	struct doctor_file *items;
	size_t count;
};

/*
 * Reads the files of a configuration as systemd, udev and modprobe do: in the order
 * of their names. If several directories (the list ends with NULL) have a file of
 * the same name, only the one in the first of them is read.
 */
int doctor_files_read(struct doctor_files *files, const char *root, const char *const *directories,
		      const char *suffix, struct base_error *err);

/* Takes NULL and zeroed files. */
void doctor_files_finish(struct doctor_files *files);

BASE_DEFINE_CLEANUP(doctor_files, struct doctor_files, doctor_files_finish)

/*
 * Cuts off and returns the next word or line of *rest, and moves *rest on. NULL at
 * the end. Comments (from a # on) are not words, and a line that is one is empty.
 */
char *doctor_read_word(char **rest);
char *doctor_read_line(char **rest);

/* True if one of the text's lines is this one of `length` bytes. */
bool doctor_read_has_line(const char *text, const char *line, size_t length);

#endif
