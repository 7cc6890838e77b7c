/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/text.h"
#include "xmlpatch/undo-record.h"
#include "xmlpatch/undo.h"

static void finish(struct xmlpatch_undoing *undoing)
{
	for (size_t i = 0; undoing->fates != NULL && i < undoing->document->n; i++) {
		free(undoing->fates[i].opened);
		xmlFreeNode(undoing->fates[i].restored);
	}
	free(undoing->fates);
	xmlpatch_edits_finish(&undoing->edits);
}

BASE_DEFINE_CLEANUP(undoing, struct xmlpatch_undoing, finish)

struct xmlpatch_fate *xmlpatch_undo_fate(const struct xmlpatch_undoing *undoing,
					 const xmlNode *node)
{
	return &undoing->fates[xmlpatch_document_place(node) - undoing->document->elements];
}

int xmlpatch_undo_refuse(struct xmlpatch_undoing *undoing)
{
	return base_error_set(undoing->err, BASE_FAILED,
			      "the <metadata> in which 'vgpu attach' remembered its changes is "
			      "damaged: take the <hostdev> and <vgpu:attached> out by hand");
}

bool xmlpatch_undo_read_number(const xmlNode *record, const char *name, size_t *number)
{
	BASE_AUTO(free) char *text = xmlpatch_document_get(record, name);
	char *end = NULL;
	uintmax_t value;

	*number = 0;
	if (text == NULL)
		return true;
	errno = 0;
	value = strtoumax(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value > XMLPATCH_LIMIT)
		return false;
	*number = (size_t)value;
	return true;
}

/* Whether something stays in an element: another element, a comment, words. */
static bool has_company(const struct xmlpatch_undoing *undoing, const xmlNode *parent)
{
	for (xmlNode *node = parent->children; node != NULL; node = node->next) {
		if (node->type == XML_ELEMENT_NODE ? !xmlpatch_undo_fate(undoing, node)->is_leaving
						   : !xmlIsBlankNode(node))
			return true;
	}
	return false;
}

/* The white space that ends an element's last line, if it still does. */
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

/* Inner elements come last in the document, and are decided first. */
static void decide(struct xmlpatch_undoing *undoing)
{
	for (size_t i = undoing->document->n; i-- > 0;) {
		struct xmlpatch_fate *fate = &undoing->fates[i];
		const xmlNode *node = undoing->document->nodes[i];

		if (fate->is_leaving && xmlpatch_undo_is_container(node))
			fate->is_leaving = !has_company(undoing, node);
	}
}

static void take_out(struct xmlpatch_undoing *undoing)
{
	for (size_t i = 0; i < undoing->document->n; i++) {
		struct xmlpatch_fate *fate = &undoing->fates[i];
		const xmlNode *node = undoing->document->nodes[i];
		const struct xmlpatch_element *place = &undoing->document->elements[i];

		if (node->parent->type == XML_ELEMENT_NODE)
			fate->is_covered = xmlpatch_undo_fate(undoing, node->parent)->is_covered;
		if (fate->is_covered)
			continue;
		if (fate->is_leaving) {
			fate->is_covered = true;
			xmlpatch_edits_remove(&undoing->edits, node);
			remove_tail(undoing, node, fate->tail);
		} else if (fate->opened != NULL && !place->is_empty &&
			   !has_company(undoing, node)) {
			fate->is_covered = true;
			xmlpatch_edits_restore(&undoing->edits, place->inside - 1,
					       place->end - (place->inside - 1), fate->opened);
		}
	}
}

/* With the last step goes all that was put into the metadata. */
static int forget(struct xmlpatch_undoing *undoing, const xmlNode *attached)
{
	BASE_AUTO(free) char *was = xmlpatch_document_get(attached, "metadata");
	struct xmlpatch_fate *ours = xmlpatch_undo_fate(undoing, attached);
	struct xmlpatch_fate *metadata = xmlpatch_undo_fate(undoing, attached->parent);
	size_t tail;

	if (was == NULL || !xmlpatch_undo_read_number(attached, "tail", &tail))
		return xmlpatch_undo_refuse(undoing);
	ours->is_leaving = true;
	/* Where all of it was taken out by hand, this is what changes. */
	if (undoing->result->n == 0 &&
	    xmlpatch_result_note(undoing->result, undoing->err,
				 "took out what 'vgpu attach' had remembered") < 0)
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
	BASE_AUTO(undoing)
	struct xmlpatch_undoing undoing = { .document = document, .result = result, .err = err };
	xmlNode *step = xmlpatch_undo_last(attached);
	size_t steps = xmlpatch_undo_count(attached);

	xmlpatch_edits_init(&undoing.edits, document);
	undoing.fates = calloc(document->n, sizeof(*undoing.fates));
	if (undoing.fates == NULL)
		return xmlpatch_text_no_memory(err);
	if (steps > XMLPATCH_UNDO_STEPS)
		return xmlpatch_undo_refuse(&undoing);
	if (step != NULL && xmlpatch_undo_take_records(&undoing, step) < 0)
		return -1;
	if (steps < 2 || step == NULL) {
		if (forget(&undoing, attached) < 0)
			return -1;
	} else {
		xmlpatch_undo_fate(&undoing, step)->is_leaving = true;
	}
	decide(&undoing);
	take_out(&undoing);
	*next = xmlpatch_edits_apply(&undoing.edits, length, err);
	/* Records that are about the same bytes: no attach writes such. */
	if (*next == NULL && !undoing.edits.failed)
		return xmlpatch_undo_refuse(&undoing);
	return *next == NULL ? -1 : 0;
}
