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
	struct xmlpatch_edit *all;		  /* owned; by place once they are applied */
	size_t n;
	bool failed; /* out of memory; told by xmlpatch_edits_apply() */
};

enum xmlpatch_edit_kind {
	XMLPATCH_EDIT_APPEND,
	XMLPATCH_EDIT_OPEN, /* an append that made <a/> to <a>...</a> */
	XMLPATCH_EDIT_REPLACE,
	XMLPATCH_EDIT_REMOVE,
	XMLPATCH_EDIT_SET, /* or unset */
	XMLPATCH_EDIT_RESTORE,
};

/* `length` bytes at `at` are replaced with `text`. */
struct xmlpatch_edit {
	enum xmlpatch_edit_kind kind;
	/* The element, or the parent of what is appended; borrowed; NULL to restore. */
	const xmlNode *node;
	char *attribute; /* of XMLPATCH_EDIT_SET; owned */
	size_t at;
	size_t length;
	char *text; /* owned */
	size_t text_length;
	size_t tail;   /* the white space at the end of an appended text */
	size_t order;  /* of the request: decides between edits at one place */
	size_t new_at; /* where the text is in the changed one, once that is made */
};

void xmlpatch_edits_init(struct xmlpatch_edits *edits, const struct xmlpatch_document *document);
void xmlpatch_edits_finish(struct xmlpatch_edits *edits);

/* Appends to the children of `parent`, behind what was appended to them before. */
void xmlpatch_edits_append(struct xmlpatch_edits *edits, const xmlNode *parent,
			   const char *fragment);

/* The bytes of white space that an append puts between its last element and the parent's end. */
size_t xmlpatch_edits_tail(const struct xmlpatch_edits *edits, const xmlNode *parent);

void xmlpatch_edits_replace(struct xmlpatch_edits *edits, const xmlNode *element,
			    const char *fragment);

/* Removes the element, with its line if nothing else is on it. */
void xmlpatch_edits_remove(struct xmlpatch_edits *edits, const xmlNode *element);

/* `value` is escaped here. */
void xmlpatch_edits_set(struct xmlpatch_edits *edits, const xmlNode *element, const char *attribute,
			const char *value);
void xmlpatch_edits_unset(struct xmlpatch_edits *edits, const xmlNode *element,
			  const char *attribute);

/* Replaces `length` bytes at `at` with a text that is not laid out. */
void xmlpatch_edits_restore(struct xmlpatch_edits *edits, size_t at, size_t length,
			    const char *text);

/* Where a byte that no edit touched is in the changed text, once that is made. */
size_t xmlpatch_edits_find(const struct xmlpatch_edits *edits, size_t at);

/* The changed text, the caller's to free; NULL with an error. */
char *xmlpatch_edits_apply(struct xmlpatch_edits *edits, size_t *length, struct base_error *err);

/*
 * `value` fit for an attribute in either kind of quotes, or for an element's text,
 * in one line; to free; NULL: no memory.
 */
char *xmlpatch_edit_escape(const char *value);
char *xmlpatch_edit_escape_text(const char *value);

/* The fragment one level deeper, behind a start tag; to free; NULL: no memory. */
char *xmlpatch_edit_wrap(const char *start, const char *fragment, const char *name);

BASE_DEFINE_CLEANUP(xmlpatch_edits, struct xmlpatch_edits, xmlpatch_edits_finish)

#endif
