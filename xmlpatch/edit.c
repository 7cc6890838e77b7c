/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/edit.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/layout.h"

/* `length` bytes at `at` give way to `text`. */
struct xmlpatch_splice {
	size_t at;
	size_t length;
	size_t order; /* of the request: decides between splices at one place */
	char *text;   /* owned */
};

void xmlpatch_edits_init(struct xmlpatch_edits *edits, const struct xmlpatch_document *document)
{
	*edits = (struct xmlpatch_edits){ .document = document };
}

void xmlpatch_edits_finish(struct xmlpatch_edits *edits)
{
	if (edits == NULL)
		return;
	for (size_t i = 0; i < edits->n; i++)
		free(edits->splices[i].text);
	free(edits->splices);
	*edits = (struct xmlpatch_edits){ 0 };
}

/* Takes `text`, also if it fails; text is NULL when memory was out before. */
static void splice(struct xmlpatch_edits *edits, size_t at, size_t length, char *text)
{
	struct xmlpatch_splice *grown = NULL;

	if (text != NULL)
		grown = reallocarray(edits->splices, edits->n + 1, sizeof(*grown));
	if (grown == NULL) {
		free(text);
		edits->failed = true;
		return;
	}
	grown[edits->n] = (struct xmlpatch_splice){
		.at = at, .length = length, .order = edits->n, .text = text
	};
	edits->splices = grown;
	edits->n++;
}

static char *join(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *join(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return text;
}

static char *render(const struct xmlpatch_layout *layout, const char *before, const char *fragment,
		    const char *after)
{
	BASE_AUTO(free) char *whole = join("%s%s%s", before, fragment, after);

	return whole == NULL ? NULL : xmlpatch_layout_render(layout, whole);
}

/* The start of the white space that ends at `at`, but not before `from`. */
static size_t before_space(const struct xmlpatch_document *document, size_t at, size_t from)
{
	while (at > from && xmlpatch_scan_is_space(document->text[at - 1]))
		at--;
	return at;
}

/* <devices/> becomes <devices>, the fragment, and </devices>. */
static void open_empty(struct xmlpatch_edits *edits, const xmlNode *parent, const char *fragment)
{
	const struct xmlpatch_element *place = xmlpatch_document_place(parent);
	struct xmlpatch_layout inside = xmlpatch_layout_inside(edits->document, parent);
	struct xmlpatch_layout beside = xmlpatch_layout_beside(edits->document, parent);
	size_t slash = place->end - 2;
	size_t from = before_space(edits->document, slash, place->start);
	BASE_AUTO(free) char *children = render(&inside, "\n", fragment, "");
	BASE_AUTO(free) char *last = render(&beside, "\n", "", "");

	if (children == NULL || last == NULL) {
		edits->failed = true;
		return;
	}
	splice(edits, from, place->end - from,
	       join(">%s%s</%.*s>", children, last,
		    (int)xmlpatch_scan_name(edits->document->text, place),
		    edits->document->text + place->start + 1));
}

void xmlpatch_edits_append(struct xmlpatch_edits *edits, const xmlNode *parent,
			   const char *fragment)
{
	const struct xmlpatch_element *place = xmlpatch_document_place(parent);
	struct xmlpatch_layout layout = xmlpatch_layout_inside(edits->document, parent);
	BASE_AUTO(free) char *children = NULL;
	BASE_AUTO(free) char *last = NULL;
	size_t at;
	bool has_own_line;

	if (place->is_empty) {
		open_empty(edits, parent, fragment);
		return;
	}
	at = before_space(edits->document, place->close, place->inside);
	has_own_line = memchr(edits->document->text + at, '\n', place->close - at) != NULL;
	children = render(&layout, "\n", fragment, "");
	has_own_line = has_own_line || !layout.in_lines;
	layout = xmlpatch_layout_beside(edits->document, parent);
	last = has_own_line ? strdup("") : render(&layout, "\n", "", "");
	if (children == NULL || last == NULL)
		edits->failed = true;
	else
		splice(edits, at, 0, join("%s%s", children, last));
}

void xmlpatch_edits_replace(struct xmlpatch_edits *edits, const xmlNode *element,
			    const char *fragment)
{
	const struct xmlpatch_element *place = xmlpatch_document_place(element);
	struct xmlpatch_layout layout = xmlpatch_layout_beside(edits->document, element);

	splice(edits, place->start, place->end - place->start, render(&layout, "", fragment, ""));
}

/*
 * The line end before the element goes with it, not the one behind: what is
 * appended to the same parent begins where the last element ends.
 */
void xmlpatch_edits_remove(struct xmlpatch_edits *edits, const xmlNode *element)
{
	const struct xmlpatch_document *document = edits->document;
	const struct xmlpatch_element *place = xmlpatch_document_place(element);
	size_t start = place->start;
	size_t after = place->end;
	size_t line;

	while (after < document->length && document->text[after] != '\n' &&
	       xmlpatch_scan_is_space(document->text[after]))
		after++;
	if (xmlpatch_layout_begins_line(document, start, &line) && after < document->length &&
	    document->text[after] == '\n') {
		start = line - 1;
		if (start > 0 && document->text[start - 1] == '\r')
			start--;
	}
	splice(edits, start, place->end - start, strdup(""));
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
		splice(edits, found.value, found.value_end - found.value, BASE_STEAL_PTR(escaped));
	} else {
		at = before_space(edits->document, at, place->start);
		splice(edits, at, 0, join(" %s='%s'", attribute, escaped));
	}
}

void xmlpatch_edits_unset(struct xmlpatch_edits *edits, const xmlNode *element,
			  const char *attribute)
{
	const struct xmlpatch_element *place = xmlpatch_document_place(element);
	struct xmlpatch_attribute found;

	if (xmlpatch_scan_attribute(edits->document->text, place, attribute, &found))
		splice(edits, found.start, found.value_end + 1 - found.start, strdup(""));
}

static int by_place(const void *a, const void *b)
{
	const struct xmlpatch_splice *left = a;
	const struct xmlpatch_splice *right = b;

	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	return left->order < right->order ? -1 : 1;
}

/* False if two splices are about the same bytes, which would lose one of them. */
static bool write_spliced(const struct xmlpatch_edits *edits, FILE *out)
{
	const struct xmlpatch_document *document = edits->document;
	size_t at = 0;

	for (size_t i = 0; i < edits->n; i++) {
		const struct xmlpatch_splice *next = &edits->splices[i];

		if (next->at < at)
			return false;
		fwrite(document->text + at, 1, next->at - at, out);
		fputs(next->text, out);
		at = next->at + next->length;
	}
	fwrite(document->text + at, 1, document->length - at, out);
	return ferror(out) == 0;
}

char *xmlpatch_edits_apply(struct xmlpatch_edits *edits, size_t *length, struct base_error *err)
{
	char *text = NULL;
	FILE *out = edits->failed ? NULL : open_memstream(&text, length);
	bool written = false;

	if (out != NULL) {
		if (edits->n > 0)
			qsort(edits->splices, edits->n, sizeof(*edits->splices), by_place);
		written = write_spliced(edits, out);
		if (fclose(out) != 0)
			written = false;
	}
	if (!written) {
		free(text);
		base_error_errno(err, out == NULL ? ENOMEM : EINVAL, "cannot change the XML");
		return NULL;
	}
	return text;
}

char *xmlpatch_edit_escape(const char *value)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	bool failed;

	if (out == NULL)
		return NULL;
	for (; *value != '\0'; value++) {
		switch (*value) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '\'':
			fputs("&apos;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*value, out);
		}
	}
	failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(text);
		return NULL;
	}
	return text;
}
