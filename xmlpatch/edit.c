/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/text.h"
#include "xmlpatch/layout.h"
#include "xmlpatch/text.h"

void xmlpatch_edits_init(struct xmlpatch_edits *edits, const struct xmlpatch_document *document)
{
	*edits = (struct xmlpatch_edits){ .document = document };
}

void xmlpatch_edits_finish(struct xmlpatch_edits *edits)
{
	if (edits == NULL)
		return;
	for (size_t i = 0; i < edits->n; i++) {
		free(edits->all[i].attribute);
		free(edits->all[i].text);
	}
	free(edits->all);
	*edits = (struct xmlpatch_edits){ 0 };
}

/*
 * Adds an edit and owns its text from then on, even if it fails. The text is NULL if it
 * could not be made.
 */
static void add_edit(struct xmlpatch_edits *edits, struct xmlpatch_edit edit)
{
	const size_t room = 64;
	struct xmlpatch_edit *grown = NULL;

	if (edit.text != NULL && edits->n % room == 0)
		grown = reallocarray(edits->all, edits->n + room, sizeof(*grown));
	else if (edit.text != NULL)
		grown = edits->all;
	if (grown != NULL)
		edits->all = grown;
	if (grown == NULL || (edit.kind == XMLPATCH_EDIT_SET && edit.attribute == NULL)) {
		free(edit.attribute);
		free(edit.text);
		edits->failed = true;
		return;
	}
	edit.order = edits->n;
	edit.text_length = strlen(edit.text);
	edits->all[edits->n++] = edit;
}

static char *render_fragment(const struct xmlpatch_layout *layout, const char *before,
			     const char *fragment, const char *after)
{
	BASE_AUTO(free) char *whole = base_text_format("%s%s%s", before, fragment, after);

	return whole == NULL ? NULL : xmlpatch_layout_render(layout, whole);
}

/* <devices/> becomes <devices>, the fragment, and </devices>. */
static void open_empty(struct xmlpatch_edits *edits, const xmlNode *parent, const char *fragment)
{
	const struct xmlpatch_element *place = xmlpatch_document_place(parent);
	struct xmlpatch_layout inside = xmlpatch_layout_inside(edits->document, parent);
	struct xmlpatch_layout beside = xmlpatch_layout_beside(edits->document, parent);
	size_t slash = place->end - 2;
	size_t from = xmlpatch_scan_before_space(edits->document->text, slash, place->start);
	BASE_AUTO(free) char *children = render_fragment(&inside, "\n", fragment, "");
	BASE_AUTO(free) char *last = render_fragment(&beside, "\n", "", "");

	if (children == NULL || last == NULL) {
		edits->failed = true;
		return;
	}
	add_edit(edits, (struct xmlpatch_edit){
				.kind = XMLPATCH_EDIT_OPEN,
				.node = parent,
				.at = from,
				.length = place->end - from,
				.text = base_text_format(
					">%s%s</%.*s>", children, last,
					(int)xmlpatch_scan_name(edits->document->text, place),
					edits->document->text + place->start + 1),
			});
}

/*
 * The line break and indentation before the parent's end tag; to free(). "" if the text
 * already has them.
 */
static char *render_tail(const struct xmlpatch_edits *edits, const xmlNode *parent)
{
	const struct xmlpatch_document *document = edits->document;
	const struct xmlpatch_element *place = xmlpatch_document_place(parent);
	struct xmlpatch_layout layout = xmlpatch_layout_inside(document, parent);
	size_t at = xmlpatch_scan_before_space(document->text, place->close, place->inside);

	if (!layout.in_lines || memchr(document->text + at, '\n', place->close - at) != NULL)
		return strdup("");
	layout = xmlpatch_layout_beside(document, parent);
	return render_fragment(&layout, "\n", "", "");
}

size_t xmlpatch_edits_tail(const struct xmlpatch_edits *edits, const xmlNode *parent)
{
	BASE_AUTO(free) char *tail = NULL;

	if (!xmlpatch_document_place(parent)->is_empty)
		tail = render_tail(edits, parent);
	return tail == NULL ? 0 : strlen(tail);
}

static struct xmlpatch_edit *find_append(const struct xmlpatch_edits *edits, const xmlNode *parent)
{
	for (size_t i = 0; i < edits->n; i++) {
		struct xmlpatch_edit *edit = &edits->all[i];

		if (edit->node == parent &&
		    (edit->kind == XMLPATCH_EDIT_APPEND || edit->kind == XMLPATCH_EDIT_OPEN))
			return edit;
	}
	return NULL;
}

/* Appends behind what an earlier append added, but before the end of the parent. */
static void append_more(struct xmlpatch_edits *edits, struct xmlpatch_edit *edit,
			const char *fragment)
{
	struct xmlpatch_layout layout = xmlpatch_layout_inside(edits->document, edit->node);
	BASE_AUTO(free) char *children = render_fragment(&layout, "\n", fragment, "");
	size_t at = edit->text_length;
	char *whole = NULL;

	if (edit->kind == XMLPATCH_EDIT_OPEN)
		while (edit->text[--at] != '<')
			;
	at = xmlpatch_scan_before_space(edit->text, at, 0);
	if (children != NULL)
		whole = base_text_format("%.*s%s%s", (int)at, edit->text, children,
					 edit->text + at);
	if (whole == NULL) {
		edits->failed = true;
		return;
	}
	free(edit->text);
	edit->text = whole;
	edit->text_length = strlen(whole);
}

void xmlpatch_edits_append(struct xmlpatch_edits *edits, const xmlNode *parent,
			   const char *fragment)
{
	const struct xmlpatch_element *place = xmlpatch_document_place(parent);
	struct xmlpatch_edit *before = find_append(edits, parent);
	struct xmlpatch_layout layout = xmlpatch_layout_inside(edits->document, parent);
	BASE_AUTO(free) char *children = NULL;
	BASE_AUTO(free) char *tail = NULL;

	if (before != NULL) {
		append_more(edits, before, fragment);
		return;
	}
	if (place->is_empty) {
		open_empty(edits, parent, fragment);
		return;
	}
	children = render_fragment(&layout, "\n", fragment, "");
	tail = render_tail(edits, parent);
	if (children == NULL || tail == NULL)
		edits->failed = true;
	else
		add_edit(edits, (struct xmlpatch_edit){
					.kind = XMLPATCH_EDIT_APPEND,
					.node = parent,
					.at = xmlpatch_scan_before_space(
						edits->document->text, place->close, place->inside),
					.text = base_text_format("%s%s", children, tail),
					.tail = strlen(tail),
				});
}

void xmlpatch_edits_replace(struct xmlpatch_edits *edits, const xmlNode *element,
			    const char *fragment)
{
	const struct xmlpatch_element *place = xmlpatch_document_place(element);
	struct xmlpatch_layout layout = xmlpatch_layout_beside(edits->document, element);

	add_edit(edits,
		 (struct xmlpatch_edit){ .kind = XMLPATCH_EDIT_REPLACE,
					 .node = element,
					 .at = place->start,
					 .length = place->end - place->start,
					 .text = render_fragment(&layout, "", fragment, "") });
}

/* Whether only white space follows on that line, up to its end or the parent's end tag. */
static bool ends_line(const struct xmlpatch_document *document, const xmlNode *element, size_t at)
{
	const xmlNode *parent = element->parent;

	while (at < document->length && document->text[at] != '\n' &&
	       xmlpatch_scan_is_space(document->text[at]))
		at++;
	if (parent->type == XML_ELEMENT_NODE && at == xmlpatch_document_place(parent)->close)
		return true;
	return at < document->length && document->text[at] == '\n';
}

/*
 * The line break before the element is removed with it, not the one behind it: what is
 * appended to the same parent begins where the last element ends.
 */
void xmlpatch_edits_remove(struct xmlpatch_edits *edits, const xmlNode *element)
{
	const struct xmlpatch_document *document = edits->document;
	const struct xmlpatch_element *place = xmlpatch_document_place(element);
	size_t start = place->start;
	size_t line;

	if (xmlpatch_layout_begins_line(document, start, &line) &&
	    ends_line(document, element, place->end)) {
		start = line - 1;
		if (start > 0 && document->text[start - 1] == '\r')
			start--;
	}
	add_edit(edits, (struct xmlpatch_edit){ .kind = XMLPATCH_EDIT_REMOVE,
						.node = element,
						.at = start,
						.length = place->end - start,
						.text = strdup("") });
}

static void change_attribute(struct xmlpatch_edits *edits, const xmlNode *element,
			     const char *attribute, size_t at, size_t length, char *text)
{
	add_edit(edits, (struct xmlpatch_edit){ .kind = XMLPATCH_EDIT_SET,
						.node = element,
						.attribute = strdup(attribute),
						.at = at,
						.length = length,
						.text = text });
}

void xmlpatch_edits_set(struct xmlpatch_edits *edits, const xmlNode *element, const char *attribute,
			const char *value)
{
	const struct xmlpatch_element *place = xmlpatch_document_place(element);
	BASE_AUTO(free) char *escaped = xmlpatch_edit_escape(value);
	struct xmlpatch_attribute found;
	size_t at = place->inside - (place->is_empty ? 2 : 1);

	if (escaped == NULL) {
		edits->failed = true;
	} else if (xmlpatch_scan_attribute(edits->document->text, place, attribute, &found)) {
		change_attribute(edits, element, attribute, found.value,
				 found.value_end - found.value, BASE_STEAL_PTR(escaped));
	} else {
		at = xmlpatch_scan_before_space(edits->document->text, at, place->start);
		change_attribute(edits, element, attribute, at, 0,
				 base_text_format(" %s='%s'", attribute, escaped));
	}
}

void xmlpatch_edits_unset(struct xmlpatch_edits *edits, const xmlNode *element,
			  const char *attribute)
{
	const struct xmlpatch_element *place = xmlpatch_document_place(element);
	struct xmlpatch_attribute found;

	if (xmlpatch_scan_attribute(edits->document->text, place, attribute, &found))
		change_attribute(edits, element, attribute, found.start,
				 found.value_end + 1 - found.start, strdup(""));
}

void xmlpatch_edits_restore(struct xmlpatch_edits *edits, size_t at, size_t length,
			    const char *text)
{
	add_edit(edits, (struct xmlpatch_edit){ .kind = XMLPATCH_EDIT_RESTORE,
						.at = at,
						.length = length,
						.text = strdup(text) });
}

/* At the same place an insertion comes before a removal. */
static int by_place(const void *a, const void *b)
{
	const struct xmlpatch_edit *left = a;
	const struct xmlpatch_edit *right = b;

	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	if ((left->length == 0) != (right->length == 0))
		return left->length == 0 ? -1 : 1;
	return left->order < right->order ? -1 : 1;
}

/*
 * False if two edits replace the same bytes, because one of them would be lost. An insertion
 * between bytes that are removed is made behind them.
 */
static bool write_edited(struct xmlpatch_edits *edits, struct base_text *out)
{
	const struct xmlpatch_document *document = edits->document;
	size_t at = 0;

	for (size_t i = 0; i < edits->n; i++) {
		struct xmlpatch_edit *next = &edits->all[i];

		if (next->at < at && next->length == 0)
			next->at = at;
		if (next->at < at || next->length > document->length - next->at)
			return false;
		base_text_add_bytes(out, document->text + at, next->at - at);
		next->new_at = out->length;
		base_text_add_bytes(out, next->text, next->text_length);
		at = next->at + next->length;
	}
	base_text_add_bytes(out, document->text + at, document->length - at);
	return true;
}

size_t xmlpatch_edits_find(const struct xmlpatch_edits *edits, size_t at)
{
	const struct xmlpatch_edit *before;
	size_t low = 0, high = edits->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (edits->all[middle].at + edits->all[middle].length <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return at;
	before = &edits->all[low - 1];
	return before->new_at + before->text_length + (at - (before->at + before->length));
}

char *xmlpatch_edits_apply(struct xmlpatch_edits *edits, size_t *length, struct base_error *err)
{
	struct base_text out = { 0 };
	BASE_AUTO(free) char *text = NULL;
	bool is_whole = true;

	if (!edits->failed) {
		if (edits->n > 0)
			qsort(edits->all, edits->n, sizeof(*edits->all), by_place);
		is_whole = write_edited(edits, &out);
		*length = out.length;
		text = base_text_take(&out);
		edits->failed = text == NULL;
	}
	if (edits->failed) {
		xmlpatch_text_no_memory(err);
		return NULL;
	}
	if (!is_whole) {
		base_error_errno(err, EINVAL, "cannot change the XML");
		return NULL;
	}
	return BASE_STEAL_PTR(text);
}

/* The reference that has to replace a character; NULL if none has to. */
static const char *reference(char c, bool is_quoted)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\'':
		return is_quoted ? "&apos;" : NULL;
	case '"':
		return is_quoted ? "&quot;" : NULL;
	/* A parser would turn these into spaces, or drop them. */
	case '\t':
		return "&#9;";
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	default:
		return NULL;
	}
}

static char *escape(const char *value, bool is_quoted)
{
	struct base_text text = { 0 };

	for (; *value != '\0'; value++) {
		const char *instead = reference(*value, is_quoted);

		if (instead != NULL)
			base_text_add(&text, instead);
		else
			base_text_add_bytes(&text, value, 1);
	}
	return base_text_take(&text);
}

char *xmlpatch_edit_escape(const char *value)
{
	return escape(value, true);
}

char *xmlpatch_edit_escape_text(const char *value)
{
	return escape(value, false);
}

char *xmlpatch_edit_wrap(const char *start, const char *fragment, const char *name)
{
	struct base_text text = { 0 };

	base_text_add(&text, start);
	base_text_add(&text, "\n\t");
	for (; *fragment != '\0'; fragment++)
		base_text_add_bytes(&text, *fragment == '\n' ? "\n\t" : fragment,
				    *fragment == '\n' ? 2 : 1);
	base_text_add(&text, "\n</");
	base_text_add(&text, name);
	base_text_add(&text, ">");
	return base_text_take(&text);
}
