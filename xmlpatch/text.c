/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/text.h"

#include <errno.h>
#include <string.h>

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
