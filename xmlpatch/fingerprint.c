/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/fingerprint.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* In bytes; it limits the work for records that no attach has written. */
#define LARGEST 16384

/* FNV-1a, including the NUL at the end, so that "ab" "c" is not the same as "a" "bc". */
static uint64_t add_text(uint64_t sum, const char *text)
{
	const uint64_t prime = UINT64_C(0x100000001b3);

	do {
		sum = (sum ^ (unsigned char)*text) * prime;
	} while (*text++ != '\0');
	return sum;
}

static uint64_t add_number(uint64_t sum, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIx64, number);
	return add_text(sum, text);
}

static uint64_t start_sum(const char *kind, const xmlChar *name, const xmlNs *ns)
{
	const uint64_t basis = UINT64_C(0xcbf29ce484222325);
	uint64_t sum = add_text(basis, kind);

	sum = add_text(sum, ns == NULL || ns->href == NULL ? "" : (const char *)ns->href);
	return add_text(sum, (const char *)name);
}

/* The attributes are added up, so that their order does not matter. */
static uint64_t sum_attributes(const xmlNode *node)
{
	uint64_t sum = 0;

	for (const xmlAttr *attribute = node->properties; attribute != NULL;
	     attribute = attribute->next) {
		xmlChar *value = xmlNodeListGetString(node->doc, attribute->children, 1);

		if (attribute->ns != NULL || strcmp((const char *)attribute->name, "primary") != 0)
			sum += add_text(start_sum("=", attribute->name, attribute->ns),
					value == NULL ? "" : (const char *)value);
		xmlFree(value);
	}
	return sum;
}

static uint64_t sum_node(const xmlNode *node, bool has_address)
{
	static const xmlChar none[] = "";
	uint64_t sum;

	if (node->type != XML_ELEMENT_NODE)
		return add_text(start_sum("#", none, NULL),
				node->content == NULL ? "" : (const char *)node->content);
	sum = add_number(start_sum("<", node->name, node->ns), sum_attributes(node));
	for (xmlNode *child = node->children; child != NULL; child = child->next) {
		bool is_space = child->type == XML_TEXT_NODE && xmlIsBlankNode(child) != 0;

		if (!is_space && (has_address || !xmlpatch_document_is(child, "address")))
			sum = add_number(sum, sum_node(child, true));
	}
	return sum;
}

static bool write_sum(const xmlNode *node, bool has_address,
		      char fingerprint[XMLPATCH_FINGERPRINT_SIZE])
{
	const struct xmlpatch_element *place = xmlpatch_document_place(node);

	if (place->end - place->start > LARGEST)
		return false;
	snprintf(fingerprint, XMLPATCH_FINGERPRINT_SIZE, "%016" PRIx64,
		 sum_node(node, has_address));
	return true;
}

bool xmlpatch_fingerprint_write(const xmlNode *node, char fingerprint[XMLPATCH_FINGERPRINT_SIZE])
{
	return write_sum(node, true, fingerprint);
}

bool xmlpatch_fingerprint_is(const xmlNode *node, const char *fingerprint)
{
	char now[XMLPATCH_FINGERPRINT_SIZE];

	return (write_sum(node, true, now) && strcmp(now, fingerprint) == 0) ||
	       (write_sum(node, false, now) && strcmp(now, fingerprint) == 0);
}
