/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_XMLFILE_H
#define VGPU_XMLFILE_H

#include <stdbool.h>

#include "xmlpatch/xmlpatch.h"

/* A domain definition that is read from a file or, as "-", from standard input. */
struct vgpu_xmlfile {
	const char *path;
	char *text; /* owned; ends with a NUL that length does not count */
	size_t length;
};

/* Finish it either way. */
int vgpu_xmlfile_init(struct vgpu_xmlfile *file, const char *path, struct base_error *err);

/* Its name in messages. */
const char *vgpu_xmlfile_name(const struct vgpu_xmlfile *file);

/*
 * Prints the patched text on standard output, and the changes and the advice on
 * standard error; or, if is_diff, only the diff.
 */
int vgpu_xmlfile_print(const struct vgpu_xmlfile *file, const struct xmlpatch_result *result,
		       bool is_diff, struct base_error *err);

/* Takes NULL and a zeroed file. */
void vgpu_xmlfile_finish(struct vgpu_xmlfile *file);

BASE_DEFINE_CLEANUP(vgpu_xmlfile, struct vgpu_xmlfile, vgpu_xmlfile_finish)

#endif
