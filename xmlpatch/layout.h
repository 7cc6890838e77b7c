/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_LAYOUT_H
#define XMLPATCH_LAYOUT_H

#include "xmlpatch/document.h"

/*
 * How the elements around a place are laid out, so that a new one can be laid out in the
 * same way.
 */
struct xmlpatch_layout {
	bool in_lines;	     /* each element begins a line */
	const char *newline; /* "\n" or "\r\n" */
	const char *indent;  /* of the element; borrowed from the text */
	size_t indent_length;
	const char *unit; /* the indentation of one level; borrowed or static */
	size_t unit_length;
	bool is_deeper; /* one unit more than `indent` */
};

/* For an element that takes the place of `element` or stands beside it. */
struct xmlpatch_layout xmlpatch_layout_beside(const struct xmlpatch_document *document,
					      const xmlNode *element);

/* For a new last child of `parent`. */
struct xmlpatch_layout xmlpatch_layout_inside(const struct xmlpatch_document *document,
					      const xmlNode *parent);

/* A fragment (xmlpatch/edit.h) laid out so; to free; NULL when memory is out. */
char *xmlpatch_layout_render(const struct xmlpatch_layout *layout, const char *fragment);

/*
 * The white space that begins the line of an element: true, and its start and
 * the element's, if there is nothing else before the element on its line.
 */
bool xmlpatch_layout_begins_line(const struct xmlpatch_document *document, size_t place,
				 size_t *line);

#endif
