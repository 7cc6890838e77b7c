/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/undo-step.h"

#include <stdlib.h>
#include <string.h>

#include "xmlpatch/undo-metadata.h"
#include "xmlpatch/undo-record.h"
#include "xmlpatch/undo-state.h"

/* Whether something stays in an element: another element, a comment or text. */
static bool has_company(const struct xmlpatch_undoing *undoing, const xmlNode *parent)
{
	for (xmlNode *node = parent->children; node != NULL; node = node->next) {
		if (node->type == XML_ELEMENT_NODE
			    ? !xmlpatch_undo_decision(undoing, node)->is_leaving
			    : !xmlIsBlankNode(node))
			return true;
	}
	return false;
}

/* Removes the white space that was added between an element and its parent's end. */
static void remove_tail(struct xmlpatch_undoing *undoing, const xmlNode *node, size_t tail)
{
	const struct xmlpatch_element *place = xmlpatch_document_place(node);
	const struct xmlpatch_element *parent = xmlpatch_document_place(node->parent);
	const char *text = undoing->document->text;
	size_t rest = parent->close - place->end;

	if (tail == 0 || rest < tail || memchr(text + place->end + tail, '\n', rest - tail) != NULL)
		return;
	for (size_t i = 0; i < tail; i++) {
		if (!xmlpatch_scan_is_space(text[place->end + i]))
			return;
	}
	xmlpatch_edits_restore(&undoing->edits, place->end, tail, "");
}

/* From the last element to the first, so that inner elements are decided first. */
static void keep_containers(struct xmlpatch_undoing *undoing)
{
	for (size_t i = undoing->document->n; i-- > 0;) {
		struct xmlpatch_undo_decision *decision = &undoing->decisions[i];
		const xmlNode *node = undoing->document->nodes[i];

		if (decision->is_leaving && xmlpatch_undo_is_container(node))
			decision->is_leaving = !has_company(undoing, node);
	}
}

static void remove_leaving(struct xmlpatch_undoing *undoing)
{
	for (size_t i = 0; i < undoing->document->n; i++) {
		struct xmlpatch_undo_decision *decision = &undoing->decisions[i];
		const xmlNode *node = undoing->document->nodes[i];
		const struct xmlpatch_element *place = &undoing->document->elements[i];

		if (node->parent->type == XML_ELEMENT_NODE)
			decision->is_covered =
				xmlpatch_undo_decision(undoing, node->parent)->is_covered;
		if (decision->is_covered)
			continue;
		if (decision->is_leaving) {
			decision->is_covered = true;
			xmlpatch_edits_remove(&undoing->edits, node);
			remove_tail(undoing, node, decision->tail);
		} else if (decision->opened != NULL && !place->is_empty &&
			   !has_company(undoing, node)) {
			decision->is_covered = true;
			xmlpatch_edits_restore(&undoing->edits, place->inside - 1,
					       place->end - (place->inside - 1), decision->opened);
		}
	}
}

/* With the last step, all that was added to the metadata is removed. */
static int forget_metadata(struct xmlpatch_undoing *undoing, const xmlNode *attached)
{
	BASE_AUTO(free) char *was = xmlpatch_document_get(attached, "metadata");
	struct xmlpatch_undo_decision *ours = xmlpatch_undo_decision(undoing, attached);
	struct xmlpatch_undo_decision *metadata = xmlpatch_undo_decision(undoing, attached->parent);
	size_t tail;

	if (was == NULL || !xmlpatch_undo_read_number(attached, "tail", &tail))
		return xmlpatch_undo_refuse(undoing);
	ours->is_leaving = true;
	/* If somebody has removed everything else, this is the only change. */
	if (undoing->result->n == 0 &&
	    xmlpatch_result_note(undoing->result, undoing->err,
				 "removed what 'vgpu attach' had remembered") < 0)
		return -1;
	if (strcmp(was, "added") == 0) {
		metadata->is_leaving = true;
		metadata->tail = tail;
	} else if (strcmp(was, "kept") == 0) {
		ours->tail = tail;
	} else if (xmlpatch_undo_is_tag_end(was)) {
		metadata->opened = BASE_STEAL_PTR(was);
	} else {
		return xmlpatch_undo_refuse(undoing);
	}
	return 0;
}

int xmlpatch_undo_step(struct xmlpatch_document *document, xmlNode *attached,
		       struct xmlpatch_result *result, char **next, size_t *length,
		       struct base_error *err)
{
	BASE_AUTO(xmlpatch_undoing) struct xmlpatch_undoing undoing = { 0 };
	xmlNode *step = xmlpatch_undo_last_step(attached);
	size_t steps = xmlpatch_undo_count_elements(attached);

	if (xmlpatch_undoing_init(&undoing, document, result, err) < 0)
		return -1;
	if (steps > XMLPATCH_UNDO_STEPS)
		return xmlpatch_undo_refuse(&undoing);
	if (step != NULL && xmlpatch_undo_take_records(&undoing, step) < 0)
		return -1;
	if (steps < 2 || step == NULL) {
		if (forget_metadata(&undoing, attached) < 0)
			return -1;
	} else {
		xmlpatch_undo_decision(&undoing, step)->is_leaving = true;
	}
	keep_containers(&undoing);
	remove_leaving(&undoing);
	*next = xmlpatch_edits_apply(&undoing.edits, length, err);
	/* No attach writes two records about the same bytes. */
	if (*next == NULL && !undoing.edits.failed)
		return xmlpatch_undo_refuse(&undoing);
	return *next == NULL ? -1 : 0;
}
