/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/array.h"

#define GAP 2 /* between columns */

/* All cells of a row are in one block of memory, which begins with the first cell. */
static int copy_cells(char **row, const char *const cells[])
{
	size_t sizes[VGPU_TABLE_COLUMNS], whole = 0, count = 0;
	char *place;

	for (; count < VGPU_TABLE_COLUMNS && cells[count] != NULL; count++)
		whole += sizes[count] = strlen(cells[count]) + 1;
	if (count == 0)
		return 0;
	place = malloc(whole);
	if (place == NULL)
		return -1;
	for (size_t i = 0; i < count; i++) {
		row[i] = memcpy(place, cells[i], sizes[i]);
		place += sizes[i];
	}
	return 0;
}

void vgpu_table_add(struct vgpu_table *table, const char *const cells[])
{
	char *(*rows)[VGPU_TABLE_COLUMNS] =
		vgpu_array_grow(table->rows, table->count, sizeof(*table->rows));

	if (rows == NULL) {
		table->has_failed = true;
		return;
	}
	table->rows = rows;
	memset(rows[table->count], 0, sizeof(*rows));
	if (copy_cells(rows[table->count++], cells) < 0)
		table->has_failed = true;
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

static void print_row(char *const *row, const size_t *widths)
{
	for (size_t i = 0; i < VGPU_TABLE_COLUMNS && row[i] != NULL; i++) {
		fputs(row[i], stdout);
		if (i + 1 == VGPU_TABLE_COLUMNS || row[i + 1] == NULL)
			break;
		for (size_t width = strlen(row[i]); width < widths[i] + GAP; width++)
			putchar(' ');
	}
}

int vgpu_table_print(const struct vgpu_table *table, const char *indent, struct base_error *err)
{
	size_t widths[VGPU_TABLE_COLUMNS];

	if (table->has_failed)
		return base_error_no_memory(err, "cannot print a table");
	for (size_t i = 0; i < VGPU_TABLE_COLUMNS; i++)
		widths[i] = column_width(table, i);
	for (size_t i = 0; i < table->count; i++) {
		fputs(indent, stdout);
		print_row(table->rows[i], widths);
		putchar('\n');
	}
	return 0;
}

void vgpu_table_finish(struct vgpu_table *table)
{
	if (table == NULL)
		return;
	for (size_t i = 0; i < table->count; i++)
		free(table->rows[i][0]);
	free(table->rows);
	*table = (struct vgpu_table){ 0 };
}
