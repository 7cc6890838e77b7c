/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_REMEMBER_H
#define XMLPATCH_UNDO_REMEMBER_H

#include "xmlpatch/edit.h"

/*
 * Puts the inverse of edits, applied to `text`, into the metadata of that text.
 * The new text is the caller's to free; NULL and an error.
 */
char *xmlpatch_undo_remember(const struct xmlpatch_edits *edits, const char *text, size_t length,
			     const char *uuid, size_t *new_length, struct base_error *err);

#endif
