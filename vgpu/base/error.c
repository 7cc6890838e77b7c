/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/line.h"
#include "vgpu/base/text.h"

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

int base_error_set(struct base_error *err, enum base_status status, const char *format, ...)
{
	va_list arguments;

	if (err == NULL)
		return -1;
	va_start(arguments, format);
	replace_message(err, status, 0, base_text_vformat(format, arguments));
	va_end(arguments);
	return -1;
}

__attribute__((format(printf, 3, 0))) static int set_errno(struct base_error *err, int errnum,
							   const char *format, va_list arguments)
{
	BASE_AUTO(free) char *what = NULL;

	if (err == NULL)
		return -1;
	what = base_text_vformat(format, arguments);
	replace_message(err, BASE_FAILED, errnum,
			what != NULL ? base_text_format("%s: %s", what, strerror(errnum)) : NULL);
	return -1;
}

int base_error_errno(struct base_error *err, int errnum, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_errno(err, errnum, format, arguments);
	va_end(arguments);
	return -1;
}

int base_error_no_memory(struct base_error *err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_errno(err, ENOMEM, format, arguments);
	va_end(arguments);
	return -1;
}

int base_error_wrap(struct base_error *err, const char *format, ...)
{
	BASE_AUTO(free) char *context = NULL;
	char *whole = NULL;
	va_list arguments;

	if (err == NULL || !base_error_is_set(err))
		return -1;
	va_start(arguments, format);
	context = base_text_vformat(format, arguments);
	va_end(arguments);
	if (context != NULL && err->message != NULL)
		whole = base_text_format("%s: %s", context, err->message);
	if (whole != NULL)
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
