/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_PATCH_PRINT_H
#define VGPU_PATCH_PRINT_H

#include <stdio.h>

#include "xmlpatch/xmlpatch.h"

/* How a patched domain definition is shown. All but the diff goes to standard error. */

/* A line for each change. */
void vgpu_patch_print_changes(const struct xmlpatch_result *result);

/* "note: ...": what the user should know besides what was asked for. */
void vgpu_patch_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Each advice as a note. */
void vgpu_patch_print_advice(const struct xmlpatch_result *result);

/*
 * The unified diff from the text `before` to the result, under a name. On a
 * terminal it has colours, but nothing else that the terminal obeys. 0, or -1
 * without memory.
 */
int vgpu_patch_print_diff(FILE *out, const char *name, const char *before,
			  const struct xmlpatch_result *result, struct base_error *err);

#endif
