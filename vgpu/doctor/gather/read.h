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

/* The same for a file below /proc/sys, which the kernel does not let be read at any length. */
char *doctor_read_sysctl(const char *root, const char *path);

/* As doctor_read; *missing tells a file that is not there from one that cannot be read. */
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
 * Reads the files of a configuration as systemd, udev and modprobe do: in the
 * order of their names, and of several with one name only that in the first of
 * the directories (which end with NULL) that has it.
 */
int doctor_files_read(struct doctor_files *files, const char *root, const char *const *directories,
		      const char *suffix, struct base_error *err);

/* Takes NULL and zeroed files. */
void doctor_files_finish(struct doctor_files *files);

BASE_DEFINE_CLEANUP(doctor_files, struct doctor_files, doctor_files_finish)

/*
 * The next word or line of *rest: it is cut off, and *rest moves on. NULL at
 * the end. Comments (from a # on) are no words and leave their line empty.
 */
char *doctor_read_word(char **rest);
char *doctor_read_line(char **rest);

/* True if one of the text's lines is this one of `length` bytes. */
bool doctor_read_has_line(const char *text, const char *line, size_t length);

#endif
