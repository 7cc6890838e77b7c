/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_STATE_H
#define XMLPATCH_UNDO_STATE_H

#include "xmlpatch/edit.h"
#include "xmlpatch/result.h"

/* What is decided about an element; one for each of the document's. */
struct xmlpatch_undo_decision {
	bool is_leaving;
	bool is_covered; /* the element around it leaves */
	size_t tail;	 /* bytes of white space behind it that go with it */
	char *opened;	 /* owned; makes it an empty tag again, if nothing is left in it */
	/* Of an <address>: */
	xmlNode *restored; /* owned; as it is put back; NULL: it stays as it is */
	bool is_kept;	   /* it is not restored, because another device has it now */
};

/* One step that is taken back. */
struct xmlpatch_undoing {
	struct xmlpatch_document *document; /* borrowed */
	struct xmlpatch_edits edits;
	struct xmlpatch_undo_decision *decisions; /* owned; in the order of document->elements */
	struct xmlpatch_result *result;		  /* borrowed */
	struct base_error *err;			  /* borrowed */
};

/* What is decided about that element. */
struct xmlpatch_undo_decision *xmlpatch_undo_decision(const struct xmlpatch_undoing *undoing,
						      const xmlNode *node);

/* Starts with a document, of which nothing is decided; all are borrowed. 0 or -1. */
int xmlpatch_undoing_init(struct xmlpatch_undoing *undoing, struct xmlpatch_document *document,
			  struct xmlpatch_result *result, struct base_error *err);
void xmlpatch_undoing_finish(struct xmlpatch_undoing *undoing);

/* -1 with an error: the records are such as no attach writes. */
int xmlpatch_undo_refuse(struct xmlpatch_undoing *undoing);

BASE_DEFINE_CLEANUP(xmlpatch_undoing, struct xmlpatch_undoing, xmlpatch_undoing_finish)

#endif
