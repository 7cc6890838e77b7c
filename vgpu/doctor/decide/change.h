/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DOCTOR_CHANGE_H
#define DOCTOR_CHANGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "vgpu/base/error.h"

/* Parameters of modules in the running kernel. */
#define DOCTOR_PARAMETERS "/sys/module/"

/*
 * A change, planned or made, of a file or link of the host or of a parameter of the
 * running kernel. All texts are owned.
 */
struct doctor_change {
	char *path;   /* without the root */
	bool is_link; /* then the texts are its targets */
	char *before; /* the old text; NULL if there was none */
	char *after;  /* the new text; NULL if there is to be none */
	mode_t mode;
	gid_t gid;
};

bool doctor_change_is_parameter(const struct doctor_change *change);

/* What the change does, as a diff; NULL without memory, else owned by the caller. */
char *doctor_change_show(const struct doctor_change *change);

/* Writes the text to the file, with the mode and the group of the change. */
int doctor_change_write(const struct doctor_change *change, int dirfd, const char *name,
			const char *text, struct base_error *err);

/*
 * Removes the lines that the change added from the text, which others may have
 * changed since. *rest is owned by the caller, and NULL if nothing is left of a
 * file that the change made. Returns -1 without memory.
 */
int doctor_change_take_out(const struct doctor_change *change, const char *text, char **rest);

void doctor_change_finish(struct doctor_change *change);

#endif
