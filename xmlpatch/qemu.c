/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/qemu.h"

#include <stdio.h>
#include <string.h>

#define NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"

bool xmlpatch_qemu_is(const xmlNs *ns)
{
	return ns != NULL && ns->href != NULL && strcmp((const char *)ns->href, NAMESPACE) == 0;
}

xmlNode *xmlpatch_qemu_child(const xmlNode *parent, const char *name, const xmlNode *after)
{
	xmlNode *node = after != NULL ? after->next : parent == NULL ? NULL : parent->children;

	while (node != NULL && (node->type != XML_ELEMENT_NODE || !xmlpatch_qemu_is(node->ns) ||
				strcmp((const char *)node->name, name) != 0))
		node = node->next;
	return node;
}

static bool write_prefix(struct xmlpatch_qemu_prefix *prefix, const xmlNs *ns)
{
	int length = snprintf(prefix->text, sizeof(prefix->text), "%s%s",
			      ns->prefix == NULL ? "" : (const char *)ns->prefix,
			      ns->prefix == NULL ? "" : ":");

	return length >= 0 && (size_t)length < sizeof(prefix->text);
}

int xmlpatch_qemu_find_prefix(struct xmlpatch_qemu_prefix *prefix,
			      const struct xmlpatch_document *document, const xmlNode *element,
			      struct base_error *err)
{
	const xmlNode *root = xmlDocGetRootElement(document->tree);

	*prefix = (struct xmlpatch_qemu_prefix){ .declaration = "" };
	if (element != NULL && write_prefix(prefix, element->ns))
		return 0;
	if (element != NULL)
		return base_error_set(err, BASE_FAILED,
				      "the namespace prefix of the domain's <%s> is longer than "
				      "%zu bytes: make it shorter, as in <qemu:%s>",
				      (const char *)element->name, sizeof(prefix->text) - 2,
				      (const char *)element->name);
	for (const xmlNs *ns = root->nsDef; ns != NULL; ns = ns->next) {
		/* libxml2 accepts a prefix with a colon, but finds no element by it. */
		if (xmlpatch_qemu_is(ns) && ns->prefix != NULL &&
		    xmlStrchr(ns->prefix, ':') == NULL && write_prefix(prefix, ns))
			return 0;
	}
	snprintf(prefix->text, sizeof(prefix->text), "qemu:");
	prefix->declaration = " xmlns:qemu='" NAMESPACE "'";
	return 0;
}

char *xmlpatch_qemu_next_argument(const xmlNode *root, xmlNode **arg)
{
	xmlNode *commandline =
		*arg != NULL ? (*arg)->parent : xmlpatch_qemu_child(root, "commandline", NULL);

	while (commandline != NULL) {
		*arg = xmlpatch_qemu_child(commandline, "arg", *arg);
		if (*arg != NULL) {
			char *value = xmlpatch_document_get(*arg, "value");

			if (value != NULL)
				return value;
			continue;
		}
		commandline = xmlpatch_qemu_child(root, "commandline", commandline);
	}
	return NULL;
}
