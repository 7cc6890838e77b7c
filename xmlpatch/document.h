/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_DOCUMENT_H
#define XMLPATCH_DOCUMENT_H

#include <libxml/tree.h>

#include "vgpu/base/error.h"
#include "xmlpatch/scan.h"

/*
 * A text in two views that belong together: libxml2's tree, to understand it,
 * and the place of each element in the text, to change it there.
 */
struct xmlpatch_document {
	const char *text; /* borrowed */
	size_t length;
	xmlDoc *tree;			   /* owned */
	struct xmlpatch_element *elements; /* owned; in the order in which they start */
	xmlNode **nodes;		   /* owned array; of the elements */
	size_t n;
};

/*
 * Reads a text, refusing what XMLPATCH_LIMIT's comment says and whatever is not
 * well-formed. 0 or -1; finish the document either way.
 */
int xmlpatch_document_parse(struct xmlpatch_document *document, const char *text, size_t length,
			    struct base_error *err);

/* Takes NULL and a zeroed document. */
void xmlpatch_document_finish(struct xmlpatch_document *document);

/* Where an element of the document's tree stands in its text. */
const struct xmlpatch_element *xmlpatch_document_place(const xmlNode *node);

/* The element that starts there; NULL if none does. */
xmlNode *xmlpatch_document_at(const struct xmlpatch_document *document, size_t start);

/* The index, in the document's arrays, of the first element that starts there or later. */
size_t xmlpatch_document_index(const struct xmlpatch_document *document, size_t start);

/*
 * The first child element, or the next sibling element, of that name. libvirt's
 * own elements are in no namespace; others are not found. NULL as the node is
 * as good as none found.
 */
xmlNode *xmlpatch_document_child(const xmlNode *parent, const char *name);
xmlNode *xmlpatch_document_next(const xmlNode *sibling, const char *name);

/* The same, but only elements whose attribute has that value. */
xmlNode *xmlpatch_document_find(const xmlNode *parent, const char *name, const char *attribute,
				const char *value);
xmlNode *xmlpatch_document_find_next(const xmlNode *sibling, const char *name,
				     const char *attribute, const char *value);

/* True for an element of that name in no namespace. */
bool xmlpatch_document_is(const xmlNode *node, const char *name);

/* An attribute's value, in the caller's hands to free(); NULL if it has none. */
char *xmlpatch_document_get(const xmlNode *node, const char *attribute);

/* True if the attribute is there and has that value. */
bool xmlpatch_document_has(const xmlNode *node, const char *attribute, const char *value);

/* An element's text, all of it; to free(). */
char *xmlpatch_document_text(const xmlNode *node);

/* An element's text without white space around it; to free(); NULL if empty. */
char *xmlpatch_document_content(const xmlNode *node);

BASE_DEFINE_CLEANUP(xmlpatch_document, struct xmlpatch_document, xmlpatch_document_finish)

#endif
