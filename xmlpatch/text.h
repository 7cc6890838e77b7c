/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_TEXT_H
#define XMLPATCH_TEXT_H

#include <stdarg.h>

#include "vgpu/base/error.h"

/* A text as printf(3) makes it, to free(); NULL when memory is out. */
char *xmlpatch_text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xmlpatch_text_vformat(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/* What a person calls an element or a device; what is longer is cut. */
struct xmlpatch_words {
	char text[160];
};

/* Whether the text is one of a list that ends with NULL; NULL is none of them. */
bool xmlpatch_text_is_one_of(const char *text, const char *const *list);

/* For a text that became none: -1 with an error that says that memory is out. */
int xmlpatch_text_no_memory(struct base_error *err);

#endif
