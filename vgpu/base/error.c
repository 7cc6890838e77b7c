/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/line.h"

static void replace_message(struct base_error *err, enum base_status status, int errnum,
			    char *message)
{
	free(err->message);
	if (message != NULL)
		base_line_make(message);
	err->status = status;
	err->errnum = errnum;
	err->message = message;
}

__attribute__((format(printf, 1, 0))) static char *format_text(const char *format, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		return NULL;
	return text;
}

int base_error_set(struct base_error *err, enum base_status status, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return -1;
	va_start(args, format);
	replace_message(err, status, 0, format_text(format, args));
	va_end(args);
	return -1;
}

int base_error_errno(struct base_error *err, int errnum, const char *format, ...)
{
	BASE_AUTO(free) char *what = NULL;
	char *whole = NULL;
	va_list args;

	if (err == NULL)
		return -1;
	va_start(args, format);
	what = format_text(format, args);
	va_end(args);
	if (what == NULL || asprintf(&whole, "%s: %s", what, strerror(errnum)) < 0)
		whole = NULL;
	replace_message(err, BASE_FAILED, errnum, whole);
	return -1;
}

int base_error_wrap(struct base_error *err, const char *format, ...)
{
	BASE_AUTO(free) char *context = NULL;
	char *whole = NULL;
	va_list args;

	if (err == NULL || !base_error_is_set(err))
		return -1;
	va_start(args, format);
	context = format_text(format, args);
	va_end(args);
	if (context != NULL && err->message != NULL &&
	    asprintf(&whole, "%s: %s", context, err->message) >= 0)
		replace_message(err, err->status, err->errnum, whole);
	return -1;
}

bool base_error_is_set(const struct base_error *err)
{
	return err->status != BASE_DONE;
}

void base_error_finish(struct base_error *err)
{
	if (err == NULL)
		return;
	free(err->message);
	*err = (struct base_error){ 0 };
}
