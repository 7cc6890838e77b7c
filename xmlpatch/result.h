/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_RESULT_H
#define XMLPATCH_RESULT_H

#include "xmlpatch/xmlpatch.h"

/* Appends a change to the list; 0, or -1 when memory is out. */
int xmlpatch_result_note(struct xmlpatch_result *result, struct base_error *err, const char *format,
			 ...) __attribute__((format(printf, 3, 4)));

/* Appends a line of advice; as xmlpatch_result_note(). */
int xmlpatch_result_advise(struct xmlpatch_result *result, struct base_error *err,
			   const char *format, ...) __attribute__((format(printf, 3, 4)));

void xmlpatch_result_drop_advice(struct xmlpatch_result *result);

#endif
