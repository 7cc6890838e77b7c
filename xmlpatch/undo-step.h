/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_STEP_H
#define XMLPATCH_UNDO_STEP_H

#include "xmlpatch/document.h"
#include "xmlpatch/result.h"

/*
 * Takes the last step back: *next is the new text, the caller's to free, and
 * `result` gets the changes and the advice. 0, or -1 and an error.
 */
int xmlpatch_undo_step(struct xmlpatch_document *document, xmlNode *attached,
		       struct xmlpatch_result *result, char **next, size_t *length,
		       struct base_error *err);

#endif
