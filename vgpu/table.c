/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/array.h"

int vgpu_table_add(struct vgpu_table *table, const char *const cells[], struct base_error *err)
{
	char *(*rows)[VGPU_TABLE_COLUMNS] =
		vgpu_array_grow(table->rows, table->count, sizeof(*table->rows));
	char **row;

	if (rows == NULL)
		return base_error_errno(err, ENOMEM, "cannot print a table");
	table->rows = rows;
	row = rows[table->count++];
	memset(row, 0, sizeof(*rows));
	for (size_t i = 0; i < VGPU_TABLE_COLUMNS && cells[i] != NULL; i++) {
		row[i] = strdup(cells[i]);
		if (row[i] == NULL)
			return base_error_errno(err, ENOMEM, "cannot print a table");
	}
	return 0;
}

static size_t column_width(const struct vgpu_table *table, size_t column)
{
	size_t width = 0;

	for (size_t i = 0; i < table->count; i++) {
		const char *cell = table->rows[i][column];

		if (cell != NULL && strlen(cell) > width)
			width = strlen(cell);
	}
	return width;
}

void vgpu_table_print(const struct vgpu_table *table, const char *indent)
{
	size_t widths[VGPU_TABLE_COLUMNS];

	for (size_t i = 0; i < VGPU_TABLE_COLUMNS; i++)
		widths[i] = column_width(table, i);
	for (size_t i = 0; i < table->count; i++) {
		char *const *row = table->rows[i];

		fputs(indent, stdout);
		for (size_t k = 0; k < VGPU_TABLE_COLUMNS && row[k] != NULL; k++) {
			bool last = k + 1 == VGPU_TABLE_COLUMNS || row[k + 1] == NULL;

			printf("%-*s%s", last ? 0 : (int)widths[k], row[k], last ? "" : "  ");
		}
		putchar('\n');
	}
}

void vgpu_table_finish(struct vgpu_table *table)
{
	if (table == NULL)
		return;
	for (size_t i = 0; i < table->count; i++) {
		for (size_t k = 0; k < VGPU_TABLE_COLUMNS; k++)
			free(table->rows[i][k]);
	}
	free(table->rows);
	*table = (struct vgpu_table){ 0 };
}
