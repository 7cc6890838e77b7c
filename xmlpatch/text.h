/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_TEXT_H
#define XMLPATCH_TEXT_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/* What a person calls an element or a device; what is longer is cut. */
struct xmlpatch_words {
	char text[160];
};

/* Whether the text is one of a list that ends with NULL; NULL is none of them. */
bool xmlpatch_text_is_one_of(const char *text, const char *const *list);

/* For a text that became none: -1 with an error that says that memory is out. */
int xmlpatch_text_no_memory(struct base_error *err);

#endif
