/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/undo-attribute.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/text.h"
#include "xmlpatch/text.h"
#include "xmlpatch/undo-metadata.h"

/* Whether text is white space, that one attribute, and nothing else. */
static bool is_attribute(const char *text, const char *name, const char *value)
{
	BASE_AUTO(xmlpatch_document) struct xmlpatch_document document = { 0 };
	BASE_AUTO(free) char *tag = NULL;
	const xmlNode *root;

	if (xmlpatch_scan_is_space(*text))
		tag = base_text_format("<a%s/>", text);
	if (tag == NULL || xmlpatch_document_parse(&document, tag, strlen(tag), NULL) < 0 ||
	    document.n != 1)
		return false;
	root = xmlDocGetRootElement(document.tree);
	return root->properties != NULL && root->properties->next == NULL && root->nsDef == NULL &&
	       root->next == NULL && xmlpatch_document_has(root, name, value);
}

bool xmlpatch_undo_names_attribute(const xmlNode *record)
{
	BASE_AUTO(free) char *name = xmlpatch_document_get(record, "name");

	return name != NULL && isalpha((unsigned char)*name) &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 "-_")] == '\0';
}

bool xmlpatch_undo_is_still_set(const xmlNode *node, const xmlNode *record)
{
	BASE_AUTO(free) char *name = xmlpatch_document_get(record, "name");
	BASE_AUTO(free) char *is = xmlpatch_document_get(record, "is");
	BASE_AUTO(free) char *now = name == NULL ? NULL : xmlpatch_document_get(node, name);

	return now == NULL || is == NULL ? now == NULL && is == NULL : strcmp(now, is) == 0;
}

/* Puts an attribute back as it was written; false if the record is wrong about it. */
static bool paste_attribute(struct xmlpatch_undoing *undoing, const xmlNode *record,
			    const xmlNode *node, const char *name, const char *was)
{
	const struct xmlpatch_element *place = xmlpatch_document_place(node);
	BASE_AUTO(free) char *cut = xmlpatch_document_get(record, "cut");
	struct xmlpatch_attribute there;
	size_t skip;

	if (cut == NULL || !xmlpatch_undo_read_number(record, "skip", &skip) ||
	    !is_attribute(cut, name, was) || skip < 2 || skip >= place->inside - place->start ||
	    xmlpatch_scan_attribute(undoing->document->text, place, name, &there) ||
	    !xmlpatch_scan_is_between(undoing->document->text, place, place->start + skip))
		return false;
	xmlpatch_edits_restore(&undoing->edits, place->start + skip, 0, cut);
	return true;
}

void xmlpatch_undo_put_attribute(struct xmlpatch_undoing *undoing, const xmlNode *record,
				 const xmlNode *node)
{
	BASE_AUTO(free) char *name = xmlpatch_document_get(record, "name");
	BASE_AUTO(free) char *was = xmlpatch_document_get(record, "was");

	if (was == NULL)
		xmlpatch_edits_unset(&undoing->edits, node, name);
	else if (!paste_attribute(undoing, record, node, name, was))
		xmlpatch_edits_set(&undoing->edits, node, name, was);
}
