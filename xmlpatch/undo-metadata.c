/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/undo-metadata.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/fingerprint.h"
#include "xmlpatch/text.h"
#include "xmlpatch/xmlpatch.h"

bool xmlpatch_undo_is_record(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && node->ns != NULL && node->ns->href != NULL &&
	       strcmp((const char *)node->ns->href, XMLPATCH_UNDO_NAMESPACE) == 0 &&
	       strcmp((const char *)node->name, name) == 0;
}

xmlNode *xmlpatch_undo_find_attached(const struct xmlpatch_document *document)
{
	const xmlNode *root = xmlDocGetRootElement(document->tree);
	xmlNode *metadata = xmlpatch_document_child(root, "metadata");

	for (xmlNode *node = metadata == NULL ? NULL : metadata->children; node != NULL;
	     node = node->next) {
		if (xmlpatch_undo_is_record(node, "attached"))
			return node;
	}
	return NULL;
}

size_t xmlpatch_undo_count_elements(const xmlNode *parent)
{
	size_t n = 0;

	for (const xmlNode *node = parent->children; node != NULL; node = node->next)
		n += node->type == XML_ELEMENT_NODE;
	return n;
}

xmlNode *xmlpatch_undo_last_step(const xmlNode *attached)
{
	xmlNode *node = attached->last;

	while (node != NULL && !xmlpatch_undo_is_record(node, "step"))
		node = node->prev;
	return node;
}

bool xmlpatch_undo_is_container(const xmlNode *node)
{
	static const char *const names[] = { "devices", "metadata", "commandline", "override",
					     "device",	"frontend", NULL };

	return xmlpatch_text_is_one_of((const char *)node->name, names);
}

bool xmlpatch_undo_read_number(const xmlNode *record, const char *name, size_t *number)
{
	BASE_AUTO(free) char *text = xmlpatch_document_get(record, name);
	char *end = NULL;
	uintmax_t value;

	*number = 0;
	if (text == NULL)
		return true;
	errno = 0;
	value = strtoumax(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value > XMLPATCH_LIMIT)
		return false;
	*number = (size_t)value;
	return true;
}

bool xmlpatch_undo_is_tag_end(const char *text)
{
	return strcmp(text + strspn(text, " \t\r\n"), "/>") == 0;
}

bool xmlpatch_undo_is_changed(const xmlNode *record, const xmlNode *node)
{
	BASE_AUTO(free) char *fingerprint = xmlpatch_document_get(record, "form");

	return fingerprint != NULL && !xmlpatch_fingerprint_is(node, fingerprint);
}
