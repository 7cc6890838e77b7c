/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "vgpu/base/line.h"
#include "vgpu/base/text.h"

static const char *log_program = "vgpu";
static enum base_log_level log_level = BASE_LOG_INFO;
static bool log_is_journal;

/*
 * systemd tells a service which socket the journal reads; standard error may be
 * another file now.
 */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat st;

	return stream != NULL && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void base_log_init(const char *program, enum base_log_level level)
{
	log_program = program;
	log_level = level;
	log_is_journal = is_journal();
}

/* A colour for people; for the journal, syslog's priority, which the journal removes. */
static const char *find_mark(enum base_log_level level, bool on_terminal)
{
	if (log_is_journal)
		return level == BASE_LOG_WARNING ? "<4>" : level == BASE_LOG_DEBUG ? "<7>" : "<6>";
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

	if (level > log_level)
		return;
	va_start(args, format);
	text = base_text_vformat(format, args);
	va_end(args);
	if (text == NULL)
		return;
	base_line_make(text);
	print_line(find_mark(level, on_terminal), level == BASE_LOG_WARNING ? "warning: " : "",
		   text, on_terminal);
}

int base_log_error(const struct base_error *err)
{
	bool on_terminal = isatty(STDERR_FILENO);

	if (!base_error_is_set(err))
		return BASE_DONE;
	print_line(log_is_journal ? "<3>"
		   : on_terminal  ? "\033[31m"
				  : "",
		   "", err->message != NULL ? err->message : "out of memory", on_terminal);
	return (int)err->status;
}

int base_log_flush(struct base_error *err)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return base_error_set(err, BASE_FAILED, "cannot write to standard output");
	return 0;
}
