/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

char *xmlpatch_text_vformat(const char *format, va_list args)
{
	char *text = NULL;

	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

char *xmlpatch_text_format(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xmlpatch_text_vformat(format, args);
	va_end(args);
	return text;
}

bool xmlpatch_text_is_one_of(const char *text, const char *const *list)
{
	while (text != NULL && *list != NULL && strcmp(text, *list) != 0)
		list++;
	return text != NULL && *list != NULL;
}

int xmlpatch_text_no_memory(struct base_error *err)
{
	return base_error_errno(err, ENOMEM, "cannot change the XML");
}
