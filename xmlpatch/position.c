/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/position.h"

#include <stdlib.h>
#include <string.h>

/* Whether text has only characters, whole comments, CDATA and processing instructions. */
static bool is_blank(const char *text, size_t length)
{
	static const struct {
		const char *start, *end;
	} wholes[] = { { "<!--", "-->" }, { "<![CDATA[", "]]>" }, { "<?", "?>" } };
	size_t at = 0;

	while (at < length) {
		const char *end = NULL;

		if (text[at] != '<') {
			at++;
			continue;
		}
		for (size_t i = 0; i < sizeof(wholes) / sizeof(*wholes) && end == NULL; i++) {
			if (strncmp(text + at, wholes[i].start, strlen(wholes[i].start)) != 0)
				continue;
			end = memmem(text + at, length - at, wholes[i].end, strlen(wholes[i].end));
			if (end != NULL)
				at = (size_t)(end - text) + strlen(wholes[i].end);
		}
		if (end == NULL)
			return false;
	}
	return true;
}

static xmlNode *next_element(xmlNode *node)
{
	while (node != NULL && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

/*
 * The child behind which the element belongs; NULL if it belongs before all others. The
 * order among elements of the same name matters to libvirt, so it decides if the two differ.
 */
static const xmlNode *find_before(const xmlNode *parent, const char *name,
				  const struct xmlpatch_position *position, bool *has_moved)
{
	const xmlNode *before = NULL, *twin = NULL;
	const xmlNode *at_place = NULL;
	size_t n = 0, twins = 0, twins_at_place = 0;

	*has_moved = false;
	for (const xmlNode *node = next_element(parent->children); node != NULL;
	     node = next_element(node->next)) {
		bool is_twin = strcmp((const char *)node->name, name) == 0;

		if (is_twin && twins == position->nth && twin == NULL)
			twin = before;
		before = node;
		twins += is_twin;
		if (++n == position->place) {
			at_place = node;
			twins_at_place = twins;
		}
	}
	if (position->place <= n && twins_at_place == position->nth)
		return at_place;
	*has_moved = true;
	return twin != NULL || (twins > position->nth && position->nth == 0) ? twin : before;
}

size_t xmlpatch_position_find(const struct xmlpatch_document *document, const xmlNode *parent,
			      const char *name, const struct xmlpatch_position *position)
{
	bool has_moved;
	const xmlNode *before = find_before(parent, name, position, &has_moved);
	const xmlNode *after = next_element(before == NULL ? parent->children : before->next);
	size_t from = before == NULL ? xmlpatch_document_place(parent)->inside
				     : xmlpatch_document_place(before)->end;
	size_t to = after == NULL ? xmlpatch_document_place(parent)->close
				  : xmlpatch_document_place(after)->start;

	if (has_moved || position->skip > to - from ||
	    !is_blank(document->text + from, position->skip))
		return from;
	return from + position->skip;
}

static bool same_number(const xmlNode *left, const xmlNode *right, const char *name)
{
	BASE_AUTO(free) char *a = xmlpatch_document_get(left, name);
	BASE_AUTO(free) char *b = xmlpatch_document_get(right, name);

	return strtoul(a == NULL ? "0" : a, NULL, 0) == strtoul(b == NULL ? "0" : b, NULL, 0);
}

/* libvirt reads 0000:00:00.0, where no device can be, as no address. */
static bool is_no_address(const xmlNode *address, const char *type)
{
	return strcmp(type, "pci") == 0 && same_number(address, NULL, "domain") &&
	       same_number(address, NULL, "bus") && same_number(address, NULL, "slot");
}

bool xmlpatch_position_is_same(const xmlNode *left, const xmlNode *right)
{
	static const char *const numbers[] = { "domain", "bus",	 "slot",   "function",
					       "port",	 "unit", "target", "controller" };
	BASE_AUTO(free) char *type = xmlpatch_document_get(left, "type");

	if (type == NULL || !xmlpatch_document_has(right, "type", type) ||
	    is_no_address(left, type))
		return false;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (!same_number(left, right, numbers[i]))
			return false;
	}
	return true;
}

const xmlNode *xmlpatch_position_holder(const struct xmlpatch_document *document,
					const xmlNode *address, const xmlNode *self,
					xmlpatch_position_address *address_of, const void *context)
{
	const xmlNode *root = xmlDocGetRootElement(document->tree);
	const xmlNode *devices = xmlpatch_document_child(root, "devices");
	const xmlNode *device = devices == NULL ? NULL : devices->children;

	for (; device != NULL; device = device->next) {
		const xmlNode *other;

		if (device->type != XML_ELEMENT_NODE || device == self)
			continue;
		other = address_of(device, context);
		if (other != NULL && xmlpatch_position_is_same(address, other))
			return device;
	}
	return NULL;
}
