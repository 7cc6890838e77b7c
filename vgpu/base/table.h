/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_TABLE_H
#define VGPU_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "vgpu/base/error.h"

#define VGPU_TABLE_COLUMNS 8

/* Rows whose columns line up when they are printed. Start with { 0 }. */
struct vgpu_table {
	char *(*rows)[VGPU_TABLE_COLUMNS];
	size_t count;
	bool has_failed; /* there was no memory for some of it */
};

/*
 * Copies the cells up to the first NULL (at most VGPU_TABLE_COLUMNS). Without
 * memory the table has failed, and vgpu_table_print returns an error.
 */
void vgpu_table_add(struct vgpu_table *table, const char *const cells[]);

/*
 * Prints to standard output, each line after `indent`. Returns 0, or -1 with
 * nothing printed if the table has failed.
 */
int vgpu_table_print(const struct vgpu_table *table, const char *indent, struct base_error *err);

/* Takes NULL and a zeroed table. */
void vgpu_table_finish(struct vgpu_table *table);

BASE_DEFINE_CLEANUP(vgpu_table, struct vgpu_table, vgpu_table_finish)

#endif
