/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct scanner {
	const char *text;
	size_t length;
	size_t at;
	struct xmlpatch_element *elements;
	size_t n, allocated;
	size_t *open; /* the indices of the elements that have no end yet */
	size_t depth, open_allocated;
	size_t values; /* the number of values in quotes in the last tag */
};

bool xmlpatch_scan_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t xmlpatch_scan_before_space(const char *text, size_t at, size_t from)
{
	while (at > from && xmlpatch_scan_is_space(text[at - 1]))
		at--;
	return at;
}

static bool starts_with(const struct scanner *s, const char *what)
{
	size_t length = strlen(what);

	return s->length - s->at >= length && memcmp(s->text + s->at, what, length) == 0;
}

static bool fail_with(int errnum)
{
	errno = errnum;
	return false;
}

static bool skip_past(struct scanner *s, const char *opening, const char *what)
{
	size_t from = s->at + strlen(opening);
	const char *found = memmem(s->text + from, s->length - from, what, strlen(what));

	if (found == NULL)
		return fail_with(EINVAL);
	s->at = (size_t)(found - s->text) + strlen(what);
	return true;
}

/* Skips to behind the ">" that ends a tag; a ">" in quotes does not end it. */
static bool skip_tag(struct scanner *s)
{
	char quote = '\0';

	s->values = 0;
	for (; s->at < s->length; s->at++) {
		char c = s->text[s->at];

		if (quote != '\0') {
			if (c == quote)
				quote = '\0';
		} else if (c == '"' || c == '\'') {
			quote = c;
			s->values++;
		} else if (c == '>') {
			s->at++;
			return true;
		}
	}
	return fail_with(EINVAL);
}

static bool grow_array(void **array, size_t used, size_t *allocated, size_t size)
{
	size_t wanted = *allocated == 0 ? 64 : *allocated * 2;
	void *grown;

	if (used < *allocated)
		return true;
	grown = reallocarray(*array, wanted, size);
	if (grown == NULL)
		return fail_with(ENOMEM);
	*array = grown;
	*allocated = wanted;
	return true;
}

static bool scan_start_tag(struct scanner *s)
{
	struct xmlpatch_element element = { .start = s->at };

	if (!skip_tag(s))
		return false;
	element.is_empty = s->text[s->at - 2] == '/';
	element.inside = element.close = element.end = s->at;
	if (!grow_array((void **)&s->elements, s->n, &s->allocated, sizeof(*s->elements)))
		return false;
	if (!element.is_empty) {
		if (!grow_array((void **)&s->open, s->depth, &s->open_allocated, sizeof(*s->open)))
			return false;
		s->open[s->depth++] = s->n;
	}
	s->elements[s->n++] = element;
	return true;
}

static bool scan_end_tag(struct scanner *s)
{
	struct xmlpatch_element *element;

	if (s->depth == 0)
		return fail_with(EINVAL);
	element = &s->elements[s->open[--s->depth]];
	element->close = s->at;
	if (!skip_tag(s))
		return false;
	element->end = s->at;
	return true;
}

/* Goes to the next "<"; false if there is none. */
static bool find_markup(struct scanner *s)
{
	const char *next = memchr(s->text + s->at, '<', s->length - s->at);

	if (next != NULL)
		s->at = (size_t)(next - s->text);
	return next != NULL;
}

/* Skips a comment, CDATA or a processing instruction; anything else is a tag and stays. */
static bool skip_other(struct scanner *s, bool *is_tag)
{
	*is_tag = false;
	if (starts_with(s, "<!--"))
		return skip_past(s, "<!--", "-->");
	if (starts_with(s, "<![CDATA["))
		return skip_past(s, "<![CDATA[", "]]>");
	if (starts_with(s, "<?"))
		return skip_past(s, "<?", "?>");
	*is_tag = true;
	return true;
}

static bool scan_all(struct scanner *s)
{
	bool is_tag;

	while (find_markup(s)) {
		if (!skip_other(s, &is_tag))
			return false;
		if (is_tag && !(starts_with(s, "</") ? scan_end_tag(s) : scan_start_tag(s)))
			return false;
	}
	return s->depth == 0 ? true : fail_with(EINVAL);
}

/*
 * libxml2 compares each attribute and each namespace with all before it, which takes forever
 * for a hostile text.
 */
const char *xmlpatch_scan_find_excess(const char *text, size_t length)
{
	struct scanner s = { .text = text, .length = length };
	size_t namespaces = 0;
	bool is_tag;

	for (const char *p = text; (p = memmem(p, length - (size_t)(p - text), "xmlns", 5)) != NULL;
	     p++)
		namespaces++;
	if (namespaces > 1000)
		return "more than 1000 namespaces";
	while (find_markup(&s) && skip_other(&s, &is_tag) && (!is_tag || skip_tag(&s))) {
		if (is_tag && s.values > 256)
			return "an element with more than 256 attributes";
	}
	return NULL;
}

bool xmlpatch_scan_elements(const char *text, size_t length, struct xmlpatch_element **elements,
			    size_t *n)
{
	struct scanner s = { .text = text, .length = length };
	bool done = scan_all(&s);

	free(s.open);
	if (!done) {
		free(s.elements);
		return false;
	}
	*elements = s.elements;
	*n = s.n;
	return true;
}

size_t xmlpatch_scan_name(const char *text, const struct xmlpatch_element *element)
{
	size_t at = element->start + 1;

	while (at < element->inside && !xmlpatch_scan_is_space(text[at]) && text[at] != '/' &&
	       text[at] != '>')
		at++;
	return at - element->start - 1;
}

static size_t skip_space(const char *text, size_t at, size_t end)
{
	while (at < end && xmlpatch_scan_is_space(text[at]))
		at++;
	return at;
}

bool xmlpatch_scan_attribute(const char *text, const struct xmlpatch_element *element,
			     const char *name, struct xmlpatch_attribute *attribute)
{
	size_t at = element->start + 1 + xmlpatch_scan_name(text, element);
	size_t end = element->inside;

	while (at < end) {
		size_t start = at;
		size_t name_at = skip_space(text, at, end);
		size_t name_end = name_at;
		const char *closing;

		while (name_end < end && !xmlpatch_scan_is_space(text[name_end]) &&
		       strchr("=/>", text[name_end]) == NULL)
			name_end++;
		at = skip_space(text, name_end, end);
		if (at >= end || text[at] != '=')
			return false;
		at = skip_space(text, at + 1, end);
		if (at >= end || (closing = memchr(text + at + 1, text[at], end - at - 1)) == NULL)
			return false;
		attribute->start = start;
		attribute->value = at + 1;
		attribute->value_end = (size_t)(closing - text);
		if (name_end - name_at == strlen(name) &&
		    memcmp(text + name_at, name, name_end - name_at) == 0)
			return true;
		at = attribute->value_end + 1;
	}
	return false;
}

bool xmlpatch_scan_is_between(const char *text, const struct xmlpatch_element *element, size_t at)
{
	size_t i = element->start + 1 + xmlpatch_scan_name(text, element);
	char quote = '\0';

	for (; i < element->inside && i < at; i++) {
		if (quote != '\0' && text[i] == quote)
			quote = '\0';
		else if (quote == '\0' && (text[i] == '"' || text[i] == '\''))
			quote = text[i];
	}
	return i == at && at < element->inside && quote == '\0' && text[at - 1] != '=' &&
	       (xmlpatch_scan_is_space(text[at]) || text[at] == '/' || text[at] == '>');
}
