/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/layout.h"

#include <string.h>

#include "vgpu/base/text.h"

bool xmlpatch_layout_begins_line(const struct xmlpatch_document *document, size_t place,
				 size_t *line)
{
	size_t at = place;

	while (at > 0 && (document->text[at - 1] == ' ' || document->text[at - 1] == '\t'))
		at--;
	*line = at;
	return at > 0 && document->text[at - 1] == '\n';
}

static const char *newline_of(const struct xmlpatch_document *document)
{
	const char *first = memchr(document->text, '\n', document->length);

	return first != NULL && first > document->text && first[-1] == '\r' ? "\r\n" : "\n";
}

static xmlNode *last_element(const xmlNode *parent)
{
	xmlNode *node = parent->last;

	while (node != NULL && node->type != XML_ELEMENT_NODE)
		node = node->prev;
	return node;
}

/* One level is the indentation of the root's children; libvirt uses two spaces. */
static void find_unit(const struct xmlpatch_document *document, struct xmlpatch_layout *layout)
{
	const xmlNode *root = xmlDocGetRootElement(document->tree);
	const xmlNode *child = last_element(root);
	size_t root_line, line;

	layout->unit = "  ";
	layout->unit_length = 2;
	if (child == NULL)
		return;
	xmlpatch_layout_begins_line(document, xmlpatch_document_place(root)->start, &root_line);
	if (xmlpatch_layout_begins_line(document, xmlpatch_document_place(child)->start, &line)) {
		size_t outer = xmlpatch_document_place(root)->start - root_line;
		size_t inner = xmlpatch_document_place(child)->start - line;

		if (inner > outer) {
			layout->unit = document->text + line + outer;
			layout->unit_length = inner - outer;
		}
	}
}

struct xmlpatch_layout xmlpatch_layout_beside(const struct xmlpatch_document *document,
					      const xmlNode *element)
{
	struct xmlpatch_layout layout = { .newline = newline_of(document) };
	size_t start = xmlpatch_document_place(element)->start;
	size_t line;

	layout.in_lines = xmlpatch_layout_begins_line(document, start, &line);
	layout.indent = document->text + line;
	layout.indent_length = start - line;
	find_unit(document, &layout);
	return layout;
}

struct xmlpatch_layout xmlpatch_layout_inside(const struct xmlpatch_document *document,
					      const xmlNode *parent)
{
	const xmlNode *neighbour = last_element(parent);
	struct xmlpatch_layout layout;

	if (neighbour != NULL)
		return xmlpatch_layout_beside(document, neighbour);
	layout = xmlpatch_layout_beside(document, parent);
	layout.is_deeper = true;
	return layout;
}

static void write_line_start(const struct xmlpatch_layout *layout, size_t levels,
			     struct base_text *out)
{
	base_text_add(out, layout->newline);
	base_text_add_bytes(out, layout->indent, layout->indent_length);
	if (layout->is_deeper)
		levels++;
	while (levels-- > 0)
		base_text_add_bytes(out, layout->unit, layout->unit_length);
}

char *xmlpatch_layout_render(const struct xmlpatch_layout *layout, const char *fragment)
{
	struct base_text out = { 0 };

	while (*fragment != '\0') {
		size_t line = strcspn(fragment, "\n");

		base_text_add_bytes(&out, fragment, line);
		fragment += line;
		if (*fragment == '\n') {
			size_t levels = strspn(fragment + 1, "\t");

			if (layout->in_lines)
				write_line_start(layout, levels, &out);
			fragment += 1 + levels;
		}
	}
	return base_text_take(&out);
}
