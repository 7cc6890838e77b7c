/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach-duplicates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/uuid.h"

/* The device of the host that an element gives to the guest, as a person writes it. */
struct source {
	char name[BASE_UUID_SIZE];
};

static unsigned long read_number(const xmlNode *node, const char *attribute)
{
	BASE_AUTO(free) char *text = xmlpatch_document_get(node, attribute);

	return text == NULL ? 0 : strtoul(text, NULL, 0);
}

static bool read_pci(const xmlNode *address, struct source *source)
{
	if (address == NULL)
		return false;
	snprintf(source->name, sizeof(source->name), "%04lx:%02lx:%02lx.%lx",
		 read_number(address, "domain") & 0xffff, read_number(address, "bus") & 0xff,
		 read_number(address, "slot") & 0x1f, read_number(address, "function") & 0x7);
	return true;
}

/*
 * A USB device is named by its address or by its vendor and product. Two devices with the
 * same vendor and product cannot be told apart, and libvirt refuses them.
 */
static bool read_usb(const xmlNode *from, struct source *source)
{
	const xmlNode *address = xmlpatch_document_child(from, "address");
	const xmlNode *vendor = xmlpatch_document_child(from, "vendor");
	const xmlNode *product = xmlpatch_document_child(from, "product");

	if (address != NULL)
		snprintf(source->name, sizeof(source->name), "USB %lu:%lu",
			 read_number(address, "bus") & 0xffff,
			 read_number(address, "device") & 0xffff);
	else
		snprintf(source->name, sizeof(source->name), "USB %04lx:%04lx",
			 read_number(vendor, "id") & 0xffff, read_number(product, "id") & 0xffff);
	if (address != NULL)
		return xmlHasProp((xmlNode *)address, (const xmlChar *)"device") != NULL;
	return vendor != NULL && product != NULL;
}

/* False if the element is not a device of the host, or if it cannot be read. */
static bool read_source(const xmlNode *device, struct source *source)
{
	const xmlNode *from = xmlpatch_document_child(device, "source");
	const xmlNode *address = xmlpatch_document_child(from, "address");
	BASE_AUTO(free) char *uuid = xmlpatch_document_get(address, "uuid");

	if (xmlpatch_document_is(device, "interface"))
		return xmlpatch_document_has(device, "type", "hostdev") &&
		       xmlpatch_document_has(address, "type", "pci") && read_pci(address, source);
	if (!xmlpatch_document_is(device, "hostdev"))
		return false;
	if (xmlpatch_document_has(device, "type", "mdev"))
		return uuid != NULL && xmlpatch_uuid_read(uuid, source->name);
	if (xmlpatch_document_has(device, "type", "usb"))
		return read_usb(from, source);
	return xmlpatch_document_has(device, "type", "pci") && read_pci(address, source);
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct source *)left)->name, ((const struct source *)right)->name);
}

int xmlpatch_attach_refuse_duplicates(struct xmlpatch_attach *attach, struct base_error *err)
{
	const xmlNode *devices = attach->guest.devices;
	const xmlNode *first = devices == NULL ? NULL : devices->children;
	BASE_AUTO(free) struct source *sources = NULL;
	size_t n = 0;

	for (const xmlNode *node = first; node != NULL; node = node->next)
		n++;
	sources = calloc(n + 1, sizeof(*sources));
	if (sources == NULL)
		return base_error_errno(err, ENOMEM, "cannot look for duplicates");
	n = 0;
	for (const xmlNode *node = first; node != NULL; node = node->next)
		n += read_source(node, &sources[n]);
	qsort(sources, n, sizeof(*sources), by_name);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(sources[i - 1].name, sources[i].name) == 0)
			return base_error_set(err, BASE_FAILED,
					      "the domain has the host device %s twice: remove one "
					      "of the elements that name it",
					      sources[i].name);
	}
	return 0;
}
