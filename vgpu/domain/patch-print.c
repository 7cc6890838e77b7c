/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain/patch-print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vgpu/base/diff.h"
#include "vgpu/base/line.h"
#include "vgpu/base/log.h"
#include "vgpu/base/text.h"

void vgpu_patch_print_changes(const struct xmlpatch_result *result)
{
	for (size_t i = 0; i < result->n; i++)
		base_info("%s", result->changes[i]);
}

void vgpu_patch_note(const char *format, ...)
{
	BASE_AUTO(free) char *text = NULL;
	va_list args;

	va_start(args, format);
	text = base_text_vformat(format, args);
	va_end(args);
	if (text != NULL)
		base_info("note: %s", text);
}

void vgpu_patch_print_advice(const struct xmlpatch_result *result)
{
	for (size_t i = 0; i < result->n_advice; i++)
		vgpu_patch_note("%s", result->advice[i]);
}

static const char *find_colour(const char *line, size_t number)
{
	if (number < 2)
		return "\033[1m"; /* the names */
	switch (*line) {
	case '+':
		return "\033[32m";
	case '-':
		return "\033[31m";
	case '@':
		return "\033[36m";
	default:
		return "";
	}
}

/* Indentation stays, tabs as well; the rest of the line is made harmless. */
static void print_coloured(FILE *out, char *diff)
{
	char *line;

	for (size_t i = 0; (line = strsep(&diff, "\n")) != NULL; i++) {
		const char *colour = find_colour(line, i);

		if (*line == '\0')
			break; /* after the last line; all others begin with a mark */
		base_line_make(line + 1 + strspn(line + 1, " \t"));
		fprintf(out, "%s%s%s\n", colour, line, *colour != '\0' ? "\033[0m" : "");
	}
}

int vgpu_patch_print_diff(FILE *out, const char *name, const char *before,
			  const struct xmlpatch_result *result, struct base_error *err)
{
	BASE_AUTO(free) char *label = strdup(name);
	BASE_AUTO(free) char *diff = NULL;

	if (label != NULL) {
		base_line_make(label);
		diff = vgpu_diff_texts(label, before, label, result->xml);
	}
	if (diff == NULL)
		return base_error_no_memory(err, "cannot show the changes");
	if (isatty(fileno(out)))
		print_coloured(out, diff);
	else
		fputs(diff, out);
	fflush(out);
	return 0;
}
