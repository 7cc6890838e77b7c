/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "vgpu/base/line.h"

static const char *log_program = "vgpu";
static enum base_log_level log_level = BASE_LOG_INFO;

void base_log_init(const char *program, enum base_log_level level)
{
	log_program = program;
	log_level = level;
}

bool base_log_enabled(enum base_log_level level)
{
	return level <= log_level;
}

static const char *colour(enum base_log_level level, bool on_terminal)
{
	if (!on_terminal)
		return "";
	return level == BASE_LOG_WARNING ? "\033[33m" : level == BASE_LOG_DEBUG ? "\033[2m" : "";
}

static void print_line(const char *before, const char *kind, const char *text, bool coloured)
{
	fprintf(stderr, "%s%s: %s%s%s\n", before, log_program, kind, text,
		coloured && *before != '\0' ? "\033[0m" : "");
}

void base_log(enum base_log_level level, const char *format, ...)
{
	BASE_AUTO(free) char *text = NULL;
	bool on_terminal = isatty(STDERR_FILENO);
	va_list args;

	if (!base_log_enabled(level))
		return;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (text == NULL)
		return;
	base_line_make(text);
	print_line(colour(level, on_terminal), level == BASE_LOG_WARNING ? "warning: " : "", text,
		   on_terminal);
}

int base_log_error(const struct base_error *err)
{
	bool on_terminal = isatty(STDERR_FILENO);

	if (!base_error_is_set(err))
		return BASE_DONE;
	print_line(on_terminal ? "\033[31m" : "", "",
		   err->message != NULL ? err->message : "out of memory", on_terminal);
	return (int)err->status;
}
