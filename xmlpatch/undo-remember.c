/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/undo-remember.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/text.h"
#include "xmlpatch/fingerprint.h"
#include "xmlpatch/path.h"
#include "xmlpatch/text.h"
#include "xmlpatch/undo-metadata.h"

/* No attach makes so many edits in a domain that libvirt can start. */
#define EDITS_LIMIT 2000

/*
 * How many elements of a name come before a place. The places are asked for in the order of
 * the text, so that counting goes on where it stopped.
 */
struct tally {
	const xmlNode *parent;
	const xmlChar *name; /* borrowed from the old tree */
	const xmlNode *next; /* to be looked at */
	const xmlNode *last; /* that was counted */
	size_t n;
};

/*
 * Whether a detach can take so many changes back: for each of them it looks at every element
 * of the document.
 */
static bool is_possible(size_t changes, size_t elements)
{
	const uint64_t most = 50000000;

	return changes <= EDITS_LIMIT && (uint64_t)changes * elements <= most;
}

struct writing {
	const struct xmlpatch_edits *edits;
	const struct xmlpatch_document *document; /* the changed one */
	struct base_text out;
	struct tally tallies[8];
	size_t next_tally;
	bool failed;
};

/* Begins a record of that kind with the path of its element. */
static void write_path(struct writing *writing, const char *what, const xmlNode *node)
{
	BASE_AUTO(free) char *path = xmlpatch_path_write(node);
	BASE_AUTO(free) char *escaped = path == NULL ? NULL : xmlpatch_edit_escape(path);

	if (escaped == NULL) {
		writing->failed = true;
		return;
	}
	base_text_add(&writing->out, "\n\t<vgpu:");
	base_text_add(&writing->out, what);
	base_text_add(&writing->out, " path='");
	base_text_add(&writing->out, escaped);
	base_text_add(&writing->out, "'");
}

static void write_attribute(struct writing *writing, const char *name, const char *value)
{
	BASE_AUTO(free) char *escaped = xmlpatch_edit_escape(value);

	if (escaped == NULL) {
		writing->failed = true;
		return;
	}
	base_text_add(&writing->out, " ");
	base_text_add(&writing->out, name);
	base_text_add(&writing->out, "='");
	base_text_add(&writing->out, escaped);
	base_text_add(&writing->out, "'");
}

/* A number that is 0 is left out. */
static void write_number(struct writing *writing, const char *name, size_t number)
{
	char digits[BASE_TEXT_NUMBER_SIZE];

	if (number > 0)
		write_attribute(writing, name, base_text_format_number(digits, (long)number));
}

/* Ends a record with a piece of the old text. */
static void write_text(struct writing *writing, const char *what, const char *text)
{
	BASE_AUTO(free) char *escaped = xmlpatch_edit_escape_text(text);

	if (escaped == NULL) {
		writing->failed = true;
		return;
	}
	base_text_add(&writing->out, ">");
	base_text_add(&writing->out, escaped);
	base_text_add(&writing->out, "</vgpu:");
	base_text_add(&writing->out, what);
	base_text_add(&writing->out, ">");
}

/*
 * The old text of an edit; to free(). The password of a display is left out, because
 * everybody who may see the domain may see its metadata.
 */
static char *old_text(const struct writing *writing, const struct xmlpatch_edit *edit)
{
	const char *text = writing->edits->document->text;
	const struct xmlpatch_element *place = xmlpatch_document_place(edit->node);
	struct xmlpatch_attribute secret;

	if (edit->kind == XMLPATCH_EDIT_OPEN ||
	    !xmlpatch_scan_attribute(text, place, "passwd", &secret))
		return strndup(text + edit->at, edit->length);
	return base_text_format("%.*s%.*s", (int)(secret.start - edit->at), text + edit->at,
				(int)(edit->at + edit->length - (secret.value_end + 1)),
				text + secret.value_end + 1);
}

static void write_old_text(struct writing *writing, const char *what,
			   const struct xmlpatch_edit *edit)
{
	BASE_AUTO(free) char *text = old_text(writing, edit);

	if (text == NULL)
		writing->failed = true;
	else
		write_text(writing, what, text);
}

static bool has_secret(const struct xmlpatch_edit *edit)
{
	BASE_AUTO(free) char *secret = xmlpatch_document_get(edit->node, "passwd");

	return secret != NULL;
}

/* With the fingerprint a detach can tell whether an element was changed since. */
static void write_fingerprint(struct writing *writing, const xmlNode *node)
{
	char fingerprint[XMLPATCH_FINGERPRINT_SIZE];

	if (xmlpatch_fingerprint_write(node, fingerprint))
		write_attribute(writing, "form", fingerprint);
}

/* By its alias a detach finds a vGPU whose UUID was changed. */
static void write_alias(struct writing *writing, const xmlNode *node)
{
	BASE_AUTO(free) char *alias = NULL;

	if (xmlpatch_document_is(node, "hostdev"))
		alias = xmlpatch_document_get(xmlpatch_document_child(node, "alias"), "name");
	if (alias != NULL)
		write_attribute(writing, "alias", alias);
}

static void write_added(struct writing *writing, const xmlNode *node, size_t tail)
{
	write_path(writing, "added", node);
	write_number(writing, "tail", tail);
	write_alias(writing, node);
	if (!xmlpatch_undo_is_container(node))
		write_fingerprint(writing, node);
	base_text_add(&writing->out, "/>");
	if (!xmlpatch_undo_is_container(node))
		return;
	for (const xmlNode *child = node->children; child != NULL; child = child->next) {
		if (child->type == XML_ELEMENT_NODE)
			write_added(writing, child, 0);
	}
}

static xmlNode *find_moved(const struct writing *writing, const xmlNode *node)
{
	size_t start = xmlpatch_document_place(node)->start;

	return xmlpatch_document_at(writing->document, xmlpatch_edits_find(writing->edits, start));
}

static void write_append(struct writing *writing, const struct xmlpatch_edit *edit)
{
	const struct xmlpatch_document *document = writing->document;
	size_t end = edit->new_at + edit->text_length;
	size_t i = xmlpatch_document_index(document, edit->new_at);

	while (i < document->n && document->elements[i].start < end) {
		size_t next = xmlpatch_document_index(document, document->elements[i].end);
		bool is_last = next == document->n || document->elements[next].start >= end;

		write_added(writing, document->nodes[i], is_last ? edit->tail : 0);
		i = next;
	}
	if (edit->kind != XMLPATCH_EDIT_OPEN)
		return;
	write_path(writing, "opened", find_moved(writing, edit->node));
	write_old_text(writing, "opened", edit);
}

static void tally_up(struct tally *tally, size_t before)
{
	for (; tally->next != NULL; tally->next = tally->next->next) {
		if (tally->next->type != XML_ELEMENT_NODE)
			continue;
		if (xmlpatch_document_place(tally->next)->start >= before)
			return;
		if (tally->name != NULL && xmlStrcmp(tally->next->name, tally->name) != 0)
			continue;
		tally->last = tally->next;
		tally->n++;
	}
}

/* The elements of a name that come before a place; NULL stands for any name. */
static const struct tally *count_before(struct writing *writing, const xmlNode *parent,
					const xmlChar *name, size_t before)
{
	const size_t room = sizeof(writing->tallies) / sizeof(*writing->tallies);
	struct tally *tally = NULL;

	for (size_t i = 0; i < room && tally == NULL; i++) {
		if (writing->tallies[i].parent == parent &&
		    xmlStrcmp(writing->tallies[i].name, name) == 0)
			tally = &writing->tallies[i];
	}
	if (tally == NULL) {
		tally = &writing->tallies[writing->next_tally++ % room];
		*tally = (struct tally){ .parent = parent, .name = name, .next = parent->children };
	}
	tally_up(tally, before);
	return tally;
}

static void write_removed(struct writing *writing, const struct xmlpatch_edit *edit)
{
	const xmlNode *parent = find_moved(writing, edit->node->parent);
	const struct tally *all = count_before(writing, parent, NULL, edit->new_at);
	const struct xmlpatch_element *before =
		xmlpatch_document_place(all->n > 0 ? all->last : parent);
	size_t from = all->n > 0 ? before->end : before->inside;

	write_path(writing, "removed", parent);
	write_number(writing, "place", all->n);
	write_number(writing, "skip", edit->new_at - from);
	write_number(writing, "nth",
		     count_before(writing, parent, edit->node->name, edit->new_at)->n);
	if (has_secret(edit))
		write_attribute(writing, "secret", "passwd");
	write_old_text(writing, "removed", edit);
}

static void write_replaced(struct writing *writing, const struct xmlpatch_edit *edit)
{
	const xmlNode *node = xmlpatch_document_at(writing->document, edit->new_at);

	write_path(writing, "replaced", node);
	write_fingerprint(writing, node);
	if (has_secret(edit))
		write_attribute(writing, "secret", "passwd");
	write_old_text(writing, "replaced", edit);
}

/* Writes what was cut out of a start tag, as it was written there, and its place. */
static void write_cut(struct writing *writing, const struct xmlpatch_edit *edit,
		      const xmlNode *node)
{
	BASE_AUTO(free)
	char *text = strndup(writing->edits->document->text + edit->at, edit->length);

	if (text == NULL) {
		writing->failed = true;
		return;
	}
	write_attribute(writing, "cut", text);
	write_number(writing, "skip", edit->new_at - xmlpatch_document_place(node)->start);
}

static void write_set(struct writing *writing, const struct xmlpatch_edit *edit)
{
	const xmlNode *node = find_moved(writing, edit->node);
	BASE_AUTO(free) char *was = xmlpatch_document_get(edit->node, edit->attribute);
	BASE_AUTO(free) char *is = xmlpatch_document_get(node, edit->attribute);

	write_path(writing, "set", node);
	write_attribute(writing, "name", edit->attribute);
	if (was != NULL)
		write_attribute(writing, "was", was);
	if (is != NULL)
		write_attribute(writing, "is", is);
	else
		write_cut(writing, edit, node);
	base_text_add(&writing->out, "/>");
}

static void write_record(struct writing *writing, const struct xmlpatch_edit *edit)
{
	switch (edit->kind) {
	case XMLPATCH_EDIT_APPEND:
	case XMLPATCH_EDIT_OPEN:
		write_append(writing, edit);
		break;
	case XMLPATCH_EDIT_REPLACE:
		write_replaced(writing, edit);
		break;
	case XMLPATCH_EDIT_REMOVE:
		write_removed(writing, edit);
		break;
	case XMLPATCH_EDIT_SET:
		write_set(writing, edit);
		break;
	case XMLPATCH_EDIT_RESTORE:
		break;
	}
}

/* A <vgpu:step>, as a fragment (xmlpatch/edit.h); to free; NULL when memory is out. */
static char *write_step(const struct xmlpatch_edits *edits,
			const struct xmlpatch_document *document, const char *declaration,
			const char *uuid)
{
	struct writing writing = { .edits = edits, .document = document };
	BASE_AUTO(free) char *text = NULL;

	base_text_add(&writing.out, "<vgpu:step");
	base_text_add(&writing.out, declaration);
	write_attribute(&writing, "uuid", uuid);
	base_text_add(&writing.out, ">");
	for (size_t i = 0; i < edits->n; i++)
		write_record(&writing, &edits->all[i]);
	base_text_add(&writing.out, "\n</vgpu:step>");
	text = base_text_take(&writing.out);
	return writing.failed ? NULL : BASE_STEAL_PTR(text);
}

/* What <metadata> was before: "added", "kept", or the end of an empty tag; to free. */
static char *describe_metadata(const struct xmlpatch_document *document, const xmlNode *metadata)
{
	const struct xmlpatch_element *place;
	size_t from;

	if (metadata == NULL)
		return strdup("added");
	place = xmlpatch_document_place(metadata);
	if (!place->is_empty)
		return strdup("kept");
	from = xmlpatch_scan_before_space(document->text, place->end - strlen("/>"), place->start);
	return strndup(document->text + from, place->end - from);
}

/* The white space that an attach put behind what it appended to the root. */
static size_t root_tail(const struct xmlpatch_edits *edits)
{
	const xmlNode *root = xmlDocGetRootElement(edits->document->tree);

	for (size_t i = 0; i < edits->n; i++) {
		if (edits->all[i].kind == XMLPATCH_EDIT_APPEND && edits->all[i].node == root)
			return edits->all[i].tail;
	}
	return 0;
}

static char *begin_attached(const struct xmlpatch_edits *edits, const xmlNode *metadata,
			    size_t tail_before)
{
	const xmlNode *root = xmlDocGetRootElement(edits->document->tree);
	BASE_AUTO(free) char *was = describe_metadata(edits->document, metadata);
	BASE_AUTO(free) char *escaped = was == NULL ? NULL : xmlpatch_edit_escape(was);
	size_t tail = xmlpatch_edits_tail(edits, metadata == NULL ? root : metadata);

	/* If no white space is needed, an earlier append to the root may have added it. */
	if (metadata == NULL && tail == 0)
		tail = tail_before;
	return escaped == NULL ? NULL
			       : base_text_format("<vgpu:attached xmlns:vgpu='%s' metadata='%s' "
						  "tail='%zu'>",
						  XMLPATCH_UNDO_NAMESPACE, escaped, tail);
}

static int append_first(struct xmlpatch_edits *edits, const char *step, size_t tail_before)
{
	const xmlNode *root = xmlDocGetRootElement(edits->document->tree);
	const xmlNode *metadata = xmlpatch_document_child(root, "metadata");
	BASE_AUTO(free) char *start = begin_attached(edits, metadata, tail_before);
	BASE_AUTO(free) char *attached = NULL;
	BASE_AUTO(free) char *whole = NULL;

	if (start != NULL)
		attached = xmlpatch_edit_wrap(start, step, "vgpu:attached");
	if (attached == NULL)
		return -1;
	if (metadata != NULL) {
		xmlpatch_edits_append(edits, metadata, attached);
		return 0;
	}
	whole = xmlpatch_edit_wrap("<metadata>", attached, "metadata");
	if (whole == NULL)
		return -1;
	xmlpatch_edits_append(edits, root, whole);
	return 0;
}

char *xmlpatch_undo_remember(const struct xmlpatch_edits *edits, const char *text, size_t length,
			     const char *uuid, size_t *new_length, struct base_error *err)
{
	BASE_AUTO(xmlpatch_document) struct xmlpatch_document document = { 0 };
	BASE_AUTO(xmlpatch_edits) struct xmlpatch_edits more = { 0 };
	BASE_AUTO(free) char *step = NULL;
	xmlNode *attached;
	int status = 0;

	if (!is_possible(edits->n, edits->document->n)) {
		base_error_set(err, BASE_FAILED,
			       "the domain would need %zu changes, which are too many for 'vgpu "
			       "detach' to take back",
			       edits->n);
		return NULL;
	}
	if (xmlpatch_document_parse(&document, text, length, err) < 0)
		return NULL;
	xmlpatch_edits_init(&more, &document);
	attached = xmlpatch_undo_find_attached(&document);
	if (attached != NULL && xmlpatch_undo_count_elements(attached) >= XMLPATCH_UNDO_STEPS) {
		base_error_set(err, BASE_FAILED,
			       "the domain was changed by 'vgpu attach' %d times: take that back "
			       "first with 'vgpu detach'",
			       XMLPATCH_UNDO_STEPS);
		return NULL;
	}
	step = write_step(edits, &document,
			  attached == NULL ? "" : " xmlns:vgpu='" XMLPATCH_UNDO_NAMESPACE "'",
			  uuid);
	if (step != NULL && attached != NULL)
		xmlpatch_edits_append(&more, attached, step);
	else if (step != NULL)
		status = append_first(&more, step, root_tail(edits));
	if (step == NULL || status < 0) {
		base_error_errno(err, ENOMEM, "cannot remember the changes");
		return NULL;
	}
	return xmlpatch_edits_apply(&more, new_length, err);
}
