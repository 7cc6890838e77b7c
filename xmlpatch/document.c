/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/document.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "xmlpatch/xmlpatch.h"

BASE_DEFINE_CLEANUP_PTR(parser, xmlParserCtxt, xmlFreeParserCtxt)

/* What a callback of libxml2 found; it is reached through the parser's _private. */
struct reading {
	bool has_doctype;
};

/*
 * A DOCTYPE stops the parser before any entity is declared, so that nothing depends on
 * libxml2's limits for entities or on its loaders.
 */
static void refuse_doctype(void *parser, const xmlChar *name, const xmlChar *id,
			   const xmlChar *system)
{
	xmlParserCtxt *ctxt = parser;
	struct reading *reading = ctxt->_private;

	(void)name;
	(void)id;
	(void)system;
	reading->has_doctype = true;
	xmlStopParser(ctxt);
}

static int refuse_malformed(const xmlParserCtxt *parser, const struct reading *reading,
			    struct base_error *err)
{
	const xmlError *why = xmlCtxtGetLastError((void *)parser);

	if (reading->has_doctype)
		return base_error_set(err, BASE_FAILED,
				      "the XML has a DOCTYPE, which no domain needs: remove it");
	if (why == NULL || why->message == NULL)
		return base_error_set(err, BASE_FAILED, "the XML is not well-formed");
	return base_error_set(err, BASE_FAILED, "the XML is not well-formed: line %d: %s",
			      why->line, why->message);
}

static int parse_tree(struct xmlpatch_document *document, struct base_error *err)
{
	const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	BASE_AUTO(parser) xmlParserCtxt *parser = xmlNewParserCtxt();
	struct reading reading = { 0 };

	if (parser == NULL)
		return base_error_errno(err, ENOMEM, "cannot read the XML");
	parser->_private = &reading;
	parser->sax->internalSubset = refuse_doctype;
	document->tree = xmlCtxtReadMemory(parser, document->text, (int)document->length, NULL,
					   "UTF-8", options);
	if (document->tree == NULL || reading.has_doctype || !parser->wellFormed)
		return refuse_malformed(parser, &reading, err);
	return 0;
}

/* The encoding that the XML declaration names; to free(). NULL if it names none. */
static char *declared_encoding(const char *text)
{
	const char *start = strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
	const char *end = strncmp(start, "<?xml", 5) == 0 ? strstr(start, "?>") : NULL;
	const char *at = end != NULL ? memmem(start, (size_t)(end - start), "encoding", 8) : NULL;

	if (at == NULL)
		return NULL;
	at += strcspn(at, "'\"?");
	return *at == '?' ? NULL : strndup(at + 1, strcspn(at + 1, "'\"?"));
}

static int check_encoding(const char *text, struct base_error *err)
{
	BASE_AUTO(free) char *encoding = NULL;

	if (!xmlCheckUTF8((const xmlChar *)text))
		return base_error_set(err, BASE_FAILED,
				      "the XML is not UTF-8: convert it with iconv first");
	encoding = declared_encoding(text);
	if (encoding != NULL && strcasecmp(encoding, "UTF-8") != 0 &&
	    strcasecmp(encoding, "US-ASCII") != 0)
		return base_error_set(err, BASE_FAILED,
				      "the XML says that it is %.20s, not UTF-8: convert it with "
				      "iconv first",
				      encoding);
	return 0;
}

/* The next element in the order in which they start; NULL after the last one. */
static xmlNode *next_element(xmlNode *node)
{
	do {
		if (node->type == XML_ELEMENT_NODE && node->children != NULL) {
			node = node->children;
			continue;
		}
		while (node->next == NULL) {
			node = node->parent;
			if (node == NULL || node->type != XML_ELEMENT_NODE)
				return NULL;
		}
		node = node->next;
	} while (node->type != XML_ELEMENT_NODE);
	return node;
}

static bool same_name(const struct xmlpatch_document *document,
		      const struct xmlpatch_element *place, const xmlNode *node)
{
	const char *written = document->text + place->start + 1;
	size_t length = xmlpatch_scan_name(document->text, place);
	size_t name_length = strlen((const char *)node->name);

	/* In the text a prefix and a colon may come before the name. */
	return length >= name_length &&
	       memcmp(written + length - name_length, node->name, name_length) == 0;
}

/* Connects each node of the tree with its place; both are in the same order. */
static int place_elements(struct xmlpatch_document *document, struct base_error *err)
{
	xmlNode *node = xmlDocGetRootElement(document->tree);

	if (!xmlpatch_scan_elements(document->text, document->length, &document->elements,
				    &document->n))
		return base_error_errno(err, errno, "cannot find the elements of the XML");
	document->nodes = calloc(document->n, sizeof(xmlNode *));
	if (document->nodes == NULL)
		return base_error_errno(err, ENOMEM, "cannot read the XML");
	for (size_t i = 0; i < document->n; i++) {
		if (node == NULL || !same_name(document, &document->elements[i], node))
			return base_error_errno(err, EINVAL, "cannot place the XML's elements");
		node->_private = &document->elements[i];
		document->nodes[i] = node;
		node = next_element(node);
	}
	if (node != NULL)
		return base_error_errno(err, EINVAL, "cannot place the XML's elements");
	return 0;
}

int xmlpatch_document_parse(struct xmlpatch_document *document, const char *text, size_t length,
			    struct base_error *err)
{
	BASE_AUTO(free) char *copy = NULL;
	const char *excess;

	*document = (struct xmlpatch_document){ .length = length };
	if (length > XMLPATCH_LIMIT || length > INT_MAX)
		return base_error_set(err, BASE_FAILED,
				      "the XML has %zu bytes; a domain has at most %zu", length,
				      XMLPATCH_LIMIT);
	copy = strndup(text, length);
	if (copy == NULL)
		return base_error_errno(err, ENOMEM, "cannot read the XML");
	document->text = text;
	if (strlen(copy) != length)
		return base_error_set(err, BASE_FAILED,
				      "the XML is not UTF-8: it contains a NUL byte");
	excess = xmlpatch_scan_find_excess(text, length);
	if (excess != NULL)
		return base_error_set(err, BASE_FAILED, "the XML has %s, which no domain needs",
				      excess);
	if (check_encoding(copy, err) < 0 || parse_tree(document, err) < 0)
		return -1;
	return place_elements(document, err);
}

void xmlpatch_document_finish(struct xmlpatch_document *document)
{
	if (document == NULL)
		return;
	if (document->tree != NULL)
		xmlFreeDoc(document->tree);
	free(document->elements);
	free(document->nodes);
	*document = (struct xmlpatch_document){ 0 };
}

const struct xmlpatch_element *xmlpatch_document_place(const xmlNode *node)
{
	return node->_private;
}

size_t xmlpatch_document_index(const struct xmlpatch_document *document, size_t start)
{
	size_t low = 0, high = document->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (document->elements[middle].start < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

xmlNode *xmlpatch_document_at(const struct xmlpatch_document *document, size_t start)
{
	size_t i = xmlpatch_document_index(document, start);

	return i < document->n && document->elements[i].start == start ? document->nodes[i] : NULL;
}

bool xmlpatch_document_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && node->ns == NULL &&
	       strcmp((const char *)node->name, name) == 0;
}

static xmlNode *this_or_next(xmlNode *node, const char *name)
{
	while (node != NULL && !xmlpatch_document_is(node, name))
		node = node->next;
	return node;
}

xmlNode *xmlpatch_document_child(const xmlNode *parent, const char *name)
{
	return parent == NULL ? NULL : this_or_next(parent->children, name);
}

xmlNode *xmlpatch_document_next(const xmlNode *sibling, const char *name)
{
	return sibling == NULL ? NULL : this_or_next(sibling->next, name);
}

/* libxml2's strings are freed with xmlFree(), and those of this folder with free(). */
static char *copy_and_free(xmlChar *text)
{
	char *copy = text == NULL ? NULL : strdup((const char *)text);

	if (text != NULL)
		xmlFree(text);
	return copy;
}

char *xmlpatch_document_get(const xmlNode *node, const char *attribute)
{
	if (node == NULL)
		return NULL;
	return copy_and_free(xmlGetNoNsProp((xmlNode *)node, (const xmlChar *)attribute));
}

bool xmlpatch_document_has(const xmlNode *node, const char *attribute, const char *value)
{
	BASE_AUTO(free) char *got = xmlpatch_document_get(node, attribute);

	return got != NULL && strcmp(got, value) == 0;
}

xmlNode *xmlpatch_document_find(const xmlNode *parent, const char *name, const char *attribute,
				const char *value)
{
	xmlNode *node = xmlpatch_document_child(parent, name);

	return node == NULL || xmlpatch_document_has(node, attribute, value)
		       ? node
		       : xmlpatch_document_find_next(node, name, attribute, value);
}

xmlNode *xmlpatch_document_find_next(const xmlNode *sibling, const char *name,
				     const char *attribute, const char *value)
{
	xmlNode *node = xmlpatch_document_next(sibling, name);

	while (node != NULL && !xmlpatch_document_has(node, attribute, value))
		node = xmlpatch_document_next(node, name);
	return node;
}

char *xmlpatch_document_text(const xmlNode *node)
{
	return node == NULL ? NULL : copy_and_free(xmlNodeGetContent((xmlNode *)node));
}

char *xmlpatch_document_content(const xmlNode *node)
{
	BASE_AUTO(free)
	char *whole = xmlpatch_document_text(node);
	const char *start = whole;
	size_t length;

	if (whole == NULL)
		return NULL;
	while (xmlpatch_scan_is_space(*start))
		start++;
	length = strlen(start);
	while (length > 0 && xmlpatch_scan_is_space(start[length - 1]))
		length--;
	return length == 0 ? NULL : strndup(start, length);
}
