/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_SCAN_H
#define XMLPATCH_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where an element stands in the text, in bytes from its start:
 *
 *	<video heads='1'>...</video>	<video/>
 *	^start           ^inside	^start
 *	                    ^close	        ^inside, close, end
 *	                            ^end
 */
struct xmlpatch_element {
	size_t start;
	size_t inside; /* behind the ">" of the start tag */
	size_t close;  /* at the "</" of the end tag */
	size_t end;    /* behind the last ">" */
	bool is_empty; /* written as <name/> */
};

/* Where an attribute stands; value is what is between the quotes. */
struct xmlpatch_attribute {
	size_t start; /* at the white space before the name */
	size_t value;
	size_t value_end; /* at the closing quote */
};

/*
 * Says of what the text has too many for libxml2 to read it in a reasonable time, as in
 * "more than 1000 namespaces"; NULL if of nothing. The text may be anything.
 */
const char *xmlpatch_scan_find_excess(const char *text, size_t length);

/*
 * Finds all elements, in the order in which they start. The text must be known
 * to be well-formed and to have no DOCTYPE. False, with errno set, if memory is
 * out (ENOMEM) or the text is not what it was said to be (EINVAL). The array is
 * the caller's to free.
 */
bool xmlpatch_scan_elements(const char *text, size_t length, struct xmlpatch_element **elements,
			    size_t *n);

/* Finds an attribute, by its name as written, in the start tag of an element. */
bool xmlpatch_scan_attribute(const char *text, const struct xmlpatch_element *element,
			     const char *name, struct xmlpatch_attribute *attribute);

/* Whether an attribute could begin at that byte of an element's start tag. */
bool xmlpatch_scan_is_between(const char *text, const struct xmlpatch_element *element, size_t at);

/* The length of an element's name as written, which begins at start + 1. */
size_t xmlpatch_scan_name(const char *text, const struct xmlpatch_element *element);

/* The start of the white space that ends at `at`, but not before `from`. */
size_t xmlpatch_scan_before_space(const char *text, size_t at, size_t from);

/* The space, tab, carriage return and line feed of XML; locale-free. */
bool xmlpatch_scan_is_space(char c);

#endif
