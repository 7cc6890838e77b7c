/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_EDIT_H
#define XMLPATCH_EDIT_H

#include "xmlpatch/document.h"

/*
 * Changes to a document's text, gathered against the text as it is and applied
 * all at once, so that no change moves the places that another one names.
 *
 * New elements are given as fragments: XML whose lines are divided by "\n" and
 * indented by one "\t" a level, the first line by none. They are laid out like
 * their neighbours in the text: its indentation, its line ends, or all in one
 * line where the neighbours are. Values inside must be escaped.
 */
struct xmlpatch_edits {
	const struct xmlpatch_document *document; /* borrowed */
	struct xmlpatch_splice *splices;	  /* owned */
	size_t n;
	bool failed; /* out of memory; told by xmlpatch_edits_apply() */
};

void xmlpatch_edits_init(struct xmlpatch_edits *edits, const struct xmlpatch_document *document);
void xmlpatch_edits_finish(struct xmlpatch_edits *edits);

/* Appends to the children of `parent`; once for each parent. */
void xmlpatch_edits_append(struct xmlpatch_edits *edits, const xmlNode *parent,
			   const char *fragment);

void xmlpatch_edits_replace(struct xmlpatch_edits *edits, const xmlNode *element,
			    const char *fragment);

/* With its line, if it stands alone on it. */
void xmlpatch_edits_remove(struct xmlpatch_edits *edits, const xmlNode *element);

/* `value` as it is, not escaped. */
void xmlpatch_edits_set(struct xmlpatch_edits *edits, const xmlNode *element, const char *attribute,
			const char *value);
void xmlpatch_edits_unset(struct xmlpatch_edits *edits, const xmlNode *element,
			  const char *attribute);

/* The changed text, the caller's to free; NULL with an error. */
char *xmlpatch_edits_apply(struct xmlpatch_edits *edits, size_t *length, struct base_error *err);

/* `value` fit for an attribute in either kind of quotes; to free; NULL: no memory. */
char *xmlpatch_edit_escape(const char *value);

BASE_DEFINE_CLEANUP(xmlpatch_edits, struct xmlpatch_edits, xmlpatch_edits_finish)

#endif
