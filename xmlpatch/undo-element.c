/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/undo-element.h"

#include <stdlib.h>
#include <string.h>

#include "xmlpatch/path.h"
#include "xmlpatch/position.h"
#include "xmlpatch/undo-address.h"
#include "xmlpatch/undo-metadata.h"

/*
 * Reads the text that a record puts back; to free(). It is one element, which begins at
 * *start behind white space. NULL if it is anything else.
 */
static char *read_element(const xmlNode *record, size_t *start, struct xmlpatch_document *document)
{
	BASE_AUTO(free) char *text = xmlpatch_document_text(record);

	if (text == NULL)
		return NULL;
	for (*start = 0; xmlpatch_scan_is_space(text[*start]); (*start)++)
		;
	if (text[*start] != '<' ||
	    xmlpatch_document_parse(document, text + *start, strlen(text + *start), NULL) < 0)
		return NULL;
	return BASE_STEAL_PTR(text);
}

/*
 * Removes the address from an element that is put back, if another device has it now.
 * libvirt may have given it away, and chooses another one for this element.
 */
static int free_address(struct xmlpatch_undoing *undoing, char *text, size_t start,
			const struct xmlpatch_document *element, const xmlNode *self)
{
	const xmlNode *root = xmlDocGetRootElement(element->tree);
	const xmlNode *address = xmlpatch_document_child(root, "address");
	const xmlNode *holder = NULL;
	const struct xmlpatch_element *place;
	struct xmlpatch_words what;
	size_t from;

	if (address != NULL)
		holder = xmlpatch_position_holder(undoing->document, address, self,
						  xmlpatch_undo_address_of, undoing);
	if (holder == NULL)
		return 0;
	what = xmlpatch_path_describe(root);
	place = xmlpatch_document_place(address);
	from = xmlpatch_scan_before_space(text, start + place->start, 0);
	memmove(text + from, text + start + place->end, strlen(text + start + place->end) + 1);
	return xmlpatch_result_advise(undoing->result, undoing->err,
				      "put the %s back without its address, which the %s has now",
				      what.text, xmlpatch_path_describe(holder).text);
}

/* libvirt accepts one display of each type. */
static bool is_there_again(const struct xmlpatch_undoing *undoing, const xmlNode *parent,
			   const xmlNode *element)
{
	BASE_AUTO(free) char *key = xmlpatch_path_key(element);

	if (key == NULL || !xmlpatch_document_is(element, "graphics"))
		return false;
	for (xmlNode *node = xmlpatch_document_child(parent, "graphics"); node != NULL;
	     node = xmlpatch_document_next(node, "graphics")) {
		BASE_AUTO(free) char *other = xmlpatch_path_key(node);

		if (other != NULL && strcmp(other, key) == 0 &&
		    !xmlpatch_undo_decision(undoing, node)->is_leaving)
			return true;
	}
	return false;
}

static int note_put_back(struct xmlpatch_undoing *undoing, const xmlNode *record, const char *what)
{
	if (xmlpatch_result_note(undoing->result, undoing->err, "put back the %s", what) < 0)
		return -1;
	/* The metadata has no passwords, because more people may read it. */
	if (!xmlpatch_document_has(record, "secret", "passwd"))
		return 0;
	return xmlpatch_result_advise(undoing->result, undoing->err,
				      "the password of the %s was not kept: set it again", what);
}

int xmlpatch_undo_put_removed(struct xmlpatch_undoing *undoing, const xmlNode *record,
			      const xmlNode *parent)
{
	BASE_AUTO(free) char *text = NULL;
	struct xmlpatch_words what;
	BASE_AUTO(xmlpatch_document) struct xmlpatch_document element = { 0 };
	const xmlNode *root;
	struct xmlpatch_position position;
	size_t start;

	text = read_element(record, &start, &element);
	if (text == NULL || !xmlpatch_undo_read_number(record, "place", &position.place) ||
	    !xmlpatch_undo_read_number(record, "skip", &position.skip) ||
	    !xmlpatch_undo_read_number(record, "nth", &position.nth))
		return xmlpatch_undo_refuse(undoing);
	root = xmlDocGetRootElement(element.tree);
	what = xmlpatch_path_describe(root);
	if (parent == NULL || xmlpatch_document_place(parent)->is_empty)
		return xmlpatch_result_advise(
			undoing->result, undoing->err,
			"could not put the %s back: the domain no longer has <devices>", what.text);
	if (free_address(undoing, text, start, &element, NULL) < 0)
		return -1;
	if (is_there_again(undoing, parent, root))
		return xmlpatch_result_advise(
			undoing->result, undoing->err,
			"did not put the %s back: the domain has another one now", what.text);
	xmlpatch_edits_restore(&undoing->edits,
			       xmlpatch_position_find(undoing->document, parent,
						      (const char *)root->name, &position),
			       0, text);
	return note_put_back(undoing, record, what.text);
}

int xmlpatch_undo_put_replaced(struct xmlpatch_undoing *undoing, const xmlNode *record,
			       const xmlNode *node)
{
	BASE_AUTO(free) char *text = NULL;
	struct xmlpatch_words what;
	BASE_AUTO(xmlpatch_document) struct xmlpatch_document element = { 0 };
	const struct xmlpatch_element *place;
	size_t start;

	text = read_element(record, &start, &element);
	if (text == NULL)
		return xmlpatch_undo_refuse(undoing);
	what = xmlpatch_path_describe(xmlDocGetRootElement(element.tree));
	if (node == NULL || xmlpatch_undo_is_changed(record, node))
		return xmlpatch_result_advise(
			undoing->result, undoing->err,
			"could not put the %s back: what replaced it has been changed since",
			what.text);
	if (free_address(undoing, text, start, &element, node) < 0)
		return -1;
	place = xmlpatch_document_place(node);
	xmlpatch_edits_restore(&undoing->edits, place->start, place->end - place->start, text);
	return note_put_back(undoing, record, what.text);
}
