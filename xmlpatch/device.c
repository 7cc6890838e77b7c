/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an element is called, and which values tell one from another. */
struct kind {
	const char *element;
	const char *words;
	const char *child; /* has `attribute`; NULL: the device itself has it */
	const char *attribute;
	const char *second_child; /* has `second`, which stands in brackets */
	const char *second;
};

static const struct kind kinds[] = {
	{ "crypto", "crypto device", NULL, "model", NULL, NULL },
	{ "disk", "disk", "target", "dev", NULL, NULL },
	{ "filesystem", "shared directory", "target", "dir", NULL, NULL },
	{ "hostdev", "host device", "alias", "name", NULL, NULL },
	{ "input", "input device", NULL, "type", NULL, NULL },
	{ "interface", "network interface", "model", "type", "mac", "address" },
	{ "iommu", "IOMMU", NULL, "model", NULL, NULL },
	{ "memballoon", "memory balloon", NULL, "model", NULL, NULL },
	{ "memory", "memory device", NULL, "model", "alias", "name" },
	{ "panic", "panic device", NULL, "model", NULL, NULL },
	{ "rng", "random number generator", NULL, "model", NULL, NULL },
	{ "serial", "serial port", "target", "port", NULL, NULL },
	{ "shmem", "shared memory", NULL, "name", NULL, NULL },
	{ "sound", "sound device", NULL, "model", "alias", "name" },
	{ "video", "video device", "model", "type", "alias", "name" },
	{ "vsock", "vsock device", NULL, "model", NULL, NULL },
	{ "watchdog", "watchdog", NULL, "model", NULL, NULL },
};

static const struct kind *find_kind(const xmlNode *device)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (xmlpatch_document_is(device, kinds[i].element))
			return &kinds[i];
	}
	return NULL;
}

static char *get_attribute(const xmlNode *device, const char *child, const char *attribute)
{
	if (attribute == NULL)
		return NULL;
	return xmlpatch_document_get(
		child == NULL ? device : xmlpatch_document_child(device, child), attribute);
}

/* "the WORDS WHAT (SECOND)", of which the last two may be NULL. */
static struct xmlpatch_words make_words(const char *words, const char *what, const char *second)
{
	struct xmlpatch_words made;

	snprintf(made.text, sizeof(made.text), "the %.48s%s%.40s%s%.40s%s", words,
		 what == NULL ? "" : " ", what == NULL ? "" : what, second == NULL ? "" : " (",
		 second == NULL ? "" : second, second == NULL ? "" : ")");
	return made;
}

/* A PCI controller is called by its model, which says more than "controller". */
static struct xmlpatch_words describe_controller(const xmlNode *device)
{
	BASE_AUTO(free) char *type = xmlpatch_document_get(device, "type");
	BASE_AUTO(free) char *model = xmlpatch_document_get(device, "model");
	BASE_AUTO(free) char *number = xmlpatch_document_get(device, "index");
	char words[48];

	if (type != NULL && strcmp(type, "pci") == 0 && model != NULL)
		return make_words(model, number, NULL);
	snprintf(words, sizeof(words), "%.30s controller", type == NULL ? "" : type);
	return make_words(words, number, model);
}

/* A vGPU is called by its UUID, any other device by its address on the host. */
static struct xmlpatch_words describe_hostdev(const xmlNode *device)
{
	const xmlNode *source = xmlpatch_document_child(device, "source");
	const xmlNode *address = xmlpatch_document_child(source, "address");
	BASE_AUTO(free) char *alias = get_attribute(device, "alias", "name");
	BASE_AUTO(free) char *uuid = xmlpatch_document_get(address, "uuid");
	BASE_AUTO(free) char *bus = xmlpatch_document_get(address, "bus");
	BASE_AUTO(free) char *slot = xmlpatch_document_get(address, "slot");
	BASE_AUTO(free) char *function = xmlpatch_document_get(address, "function");
	char place[32];

	if (uuid != NULL)
		return make_words("mediated device", uuid, alias);
	if (slot == NULL)
		return make_words("host device", alias, NULL);
	snprintf(place, sizeof(place), "%.8s:%.8s.%.8s", bus == NULL ? "0" : bus, slot,
		 function == NULL ? "0" : function);
	return make_words("host device", place, alias);
}

struct xmlpatch_words xmlpatch_device_describe(const xmlNode *device)
{
	const struct kind *kind = find_kind(device);
	BASE_AUTO(free) char *what = NULL;
	BASE_AUTO(free) char *second = NULL;
	char element[48];

	if (xmlpatch_document_is(device, "controller"))
		return describe_controller(device);
	if (xmlpatch_document_is(device, "hostdev"))
		return describe_hostdev(device);
	if (kind == NULL) {
		snprintf(element, sizeof(element), "<%.40s>", (const char *)device->name);
		return make_words(element, NULL, NULL);
	}
	what = get_attribute(device, kind->child, kind->attribute);
	second = get_attribute(device, kind->second_child, kind->second);
	return make_words(kind->words, what, second);
}
