/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/diff.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/text.h"

#define CONTEXT 3

/*
 * The search needs memory in proportion to the square of the number of changed
 * lines. Texts with more changes are shown as one replacement, from the first
 * difference to the last.
 */
#define MOST_CHANGES 1000

struct line {
	const char *text;
	size_t length; /* with its newline, which only the last line may lack */
};

struct lines {
	struct line *items;
	size_t count;
};

/* One line of the difference: ' ' is in both texts, '-' in the old, '+' in the new. */
struct step {
	char kind;
	struct line line;
};

struct script {
	struct step *steps;
	size_t count;
};

static int split(const char *text, struct lines *lines)
{
	size_t most = 1;

	for (const char *p = text; *p != '\0'; p++)
		most += *p == '\n';
	lines->count = 0;
	lines->items = calloc(most, sizeof(*lines->items));
	if (lines->items == NULL)
		return -1;
	while (*text != '\0') {
		const char *end = strchrnul(text, '\n');
		size_t length = (size_t)(end - text) + (*end == '\n');

		lines->items[lines->count++] = (struct line){ text, length };
		text += length;
	}
	return 0;
}

static bool same(const struct line *a, const struct line *b)
{
	return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static void add_steps(struct script *script, char kind, const struct line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		script->steps[script->count++] = (struct step){ kind, lines[i] };
}

static void reverse(struct step *steps, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct step swapped = steps[i];

		steps[i] = steps[count - 1 - i];
		steps[count - 1 - i] = swapped;
	}
}

/*
 * E. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986). On diagonal
 * k, x old lines and x - k new lines have been passed. Row d of the table has, for
 * each diagonal from -d to d, the largest x that d changes can reach.
 */
static long *row_of(long *table, long d)
{
	return table + d * d + d;
}

static bool goes_down(const long *before, long k, long d)
{
	return k == -d || (k != d && before[k - 1] < before[k + 1]);
}

/* Returns the least number of changes, or -1 if they are more than `most`. */
static long search(const struct lines *a, const struct lines *b, long *table, long most)
{
	long n = (long)a->count, m = (long)b->count;

	for (long d = 0; d <= most; d++) {
		long *row = row_of(table, d);
		const long *before = d > 0 ? row_of(table, d - 1) : NULL;

		for (long k = -d; k <= d; k += 2) {
			long x = 0;

			if (before != NULL)
				x = goes_down(before, k, d) ? before[k + 1] : before[k - 1] + 1;
			while (x < n && x - k < m && same(&a->items[x], &b->items[x - k]))
				x++;
			row[k] = x;
			if (k == n - m && x >= n)
				return d;
		}
	}
	return -1;
}

/* Walks the path that was found, from its end to its start. */
static void trace(const struct lines *a, const struct lines *b, long *table, long d,
		  struct script *script)
{
	long x = (long)a->count, y = (long)b->count;
	size_t first = script->count;

	for (; d > 0; d--) {
		const long *before = row_of(table, d - 1);
		long k = x - y;
		bool down = goes_down(before, k, d);
		long from = before[down ? k + 1 : k - 1];

		while (x > from + !down) {
			add_steps(script, ' ', &a->items[--x], 1);
			y--;
		}
		if (down)
			add_steps(script, '+', &b->items[--y], 1);
		else
			add_steps(script, '-', &a->items[--x], 1);
	}
	while (x > 0)
		add_steps(script, ' ', &a->items[--x], 1);
	reverse(script->steps + first, script->count - first);
}

static int compare_middle(const struct lines *a, const struct lines *b, struct script *script)
{
	long most = (long)(a->count + b->count);
	BASE_AUTO(free) long *table = NULL;
	long changes;

	if (most > MOST_CHANGES)
		most = MOST_CHANGES;
	table = calloc((size_t)((most + 1) * (most + 1)), sizeof(*table));
	if (table == NULL)
		return -1;
	changes = search(a, b, table, most);
	if (changes >= 0) {
		trace(a, b, table, changes, script);
		return 0;
	}
	add_steps(script, '-', a->items, a->count);
	add_steps(script, '+', b->items, b->count);
	return 0;
}

static int compare_lines(const struct lines *a, const struct lines *b, struct script *script)
{
	size_t shorter = a->count < b->count ? a->count : b->count;
	size_t head = 0, tail = 0;
	struct lines left, right;

	while (head < shorter && same(&a->items[head], &b->items[head]))
		head++;
	while (tail < shorter - head &&
	       same(&a->items[a->count - 1 - tail], &b->items[b->count - 1 - tail]))
		tail++;
	left = (struct lines){ a->items + head, a->count - head - tail };
	right = (struct lines){ b->items + head, b->count - head - tail };
	add_steps(script, ' ', a->items, head);
	if (compare_middle(&left, &right, script) < 0)
		return -1;
	add_steps(script, ' ', a->items + head + left.count, tail);
	return 0;
}

/*
 * As diff(1) writes it: a count of 1 is left out, and with a count of 0 the line
 * before is named.
 */
static void print_range(FILE *out, char sign, size_t start, size_t count)
{
	fprintf(out, " %c%zu", sign, count > 0 ? start + 1 : start);
	if (count != 1)
		fprintf(out, ",%zu", count);
}

static size_t count_kind(const struct script *script, size_t first, size_t last, char kind)
{
	size_t count = 0;

	for (size_t i = first; i < last; i++)
		count += script->steps[i].kind == kind;
	return count;
}

static void print_hunk(FILE *out, const struct script *script, size_t first, size_t last)
{
	size_t both = count_kind(script, first, last, ' ');
	size_t before = count_kind(script, 0, first, ' ');

	fputs("@@", out);
	print_range(out, '-', before + count_kind(script, 0, first, '-'),
		    both + count_kind(script, first, last, '-'));
	print_range(out, '+', before + count_kind(script, 0, first, '+'),
		    both + count_kind(script, first, last, '+'));
	fputs(" @@\n", out);
	for (size_t i = first; i < last; i++) {
		const struct line *line = &script->steps[i].line;

		putc(script->steps[i].kind, out);
		fwrite(line->text, 1, line->length, out);
		if (line->text[line->length - 1] != '\n')
			fputs("\n\\ No newline at end of file\n", out);
	}
}

static size_t next_change(const struct script *script, size_t i)
{
	while (i < script->count && script->steps[i].kind == ' ')
		i++;
	return i;
}

/* Changes whose contexts touch share a hunk. */
static void print_hunks(FILE *out, const struct script *script)
{
	size_t change = next_change(script, 0);

	while (change < script->count) {
		size_t first = change > CONTEXT ? change - CONTEXT : 0;
		size_t last = change;

		while (change < script->count && change <= last + 2 * (size_t)CONTEXT + 1) {
			last = change;
			change = next_change(script, change + 1);
		}
		last += 1 + CONTEXT;
		print_hunk(out, script, first, last < script->count ? last : script->count);
	}
}

static char *print(const char *old_name, const char *new_name, const struct script *script)
{
	struct base_text_stream stream;
	FILE *out = base_text_open(&stream);

	if (out == NULL)
		return NULL;
	if (next_change(script, 0) < script->count) {
		fprintf(out, "--- %s\n+++ %s\n", old_name, new_name);
		print_hunks(out, script);
	}
	return base_text_close(&stream);
}

char *vgpu_diff_texts(const char *old_name, const char *old_text, const char *new_name,
		      const char *new_text)
{
	struct lines a = { 0 }, b = { 0 };
	struct script script = { 0 };
	char *text = NULL;

	if (split(old_text, &a) == 0 && split(new_text, &b) == 0) {
		script.steps = calloc(a.count + b.count + 1, sizeof(*script.steps));
		if (script.steps != NULL && compare_lines(&a, &b, &script) == 0)
			text = print(old_name, new_name, &script);
	}
	free(script.steps);
	free(a.items);
	free(b.items);
	return text;
}
