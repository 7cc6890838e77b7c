/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci-address.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/device.h"

struct xmlpatch_pci_text xmlpatch_pci_address_format(const struct xmlpatch_address *address)
{
	struct xmlpatch_pci_text text;

	snprintf(text.text, sizeof(text.text), "%02x:%02x.%x", address->bus & 0xff,
		 address->slot & 0xff, address->function & 0xf);
	return text;
}

struct xmlpatch_pci_fragment xmlpatch_pci_address_fragment(const struct xmlpatch_address *address,
							   bool is_multifunction)
{
	struct xmlpatch_pci_fragment fragment;

	snprintf(fragment.text, sizeof(fragment.text),
		 "<address type='pci' domain='0x0000' bus='0x%02x' slot='0x%02x' "
		 "function='0x%x'%s/>",
		 address->bus, address->slot, address->function,
		 is_multifunction ? " multifunction='on'" : "");
	return fragment;
}

bool xmlpatch_pci_address_read_number(const xmlNode *node, const char *attribute,
				      unsigned long *number)
{
	BASE_AUTO(free) char *text = xmlpatch_document_get(node, attribute);
	char *end = NULL;

	*number = 0;
	if (text == NULL)
		return true;
	errno = 0;
	*number = strtoul(text, &end, 0);
	return end != text && *end == '\0' && errno == 0 && *number <= UINT_MAX &&
	       memchr(text, '-', (size_t)(end - text)) == NULL;
}

static const struct part {
	const char *attribute;
	unsigned long last;
} parts[] = {
	{ "domain", 0xffff },
	{ "bus", XMLPATCH_PCI_BUSES - 1 },
	{ "slot", XMLPATCH_PCI_SLOTS - 1 },
	{ "function", XMLPATCH_PCI_FUNCTIONS - 1 },
};

static int refuse_part(const xmlNode *device, const xmlNode *address, const struct part *part,
		       struct base_error *err)
{
	BASE_AUTO(free) char *text = xmlpatch_document_get(address, part->attribute);

	return base_error_set(err, BASE_FAILED,
			      "%s has the PCI %s '%.40s', which is not a number from 0 to 0x%lx",
			      xmlpatch_device_describe(device).text, part->attribute,
			      text == NULL ? "" : text, part->last);
}

int xmlpatch_pci_address_read(const xmlNode *device, enum xmlpatch_pci_state *state,
			      struct xmlpatch_address *address, struct base_error *err)
{
	const xmlNode *node = xmlpatch_document_child(device, "address");
	BASE_AUTO(free) char *type = xmlpatch_document_get(node, "type");
	unsigned long numbers[4];

	*state = node == NULL ? XMLPATCH_PCI_ABSENT : XMLPATCH_PCI_OTHER;
	if (type == NULL || strcmp(type, "pci") != 0)
		return 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (!xmlpatch_pci_address_read_number(node, parts[i].attribute, &numbers[i]) ||
		    numbers[i] > parts[i].last)
			return refuse_part(device, node, &parts[i], err);
	}
	*state = XMLPATCH_PCI_ABSENT;
	if (numbers[0] == 0 && numbers[1] == 0 && numbers[2] == 0)
		return 0;
	if (numbers[0] != 0)
		return base_error_set(err, BASE_FAILED,
				      "%s is in PCI domain 0x%04lx: a guest has domain 0 only",
				      xmlpatch_device_describe(device).text, numbers[0]);
	*state = XMLPATCH_PCI_PRESENT;
	*address = (struct xmlpatch_address){ .bus = (unsigned int)numbers[1],
					      .slot = (unsigned int)numbers[2],
					      .function = (unsigned int)numbers[3] };
	return 0;
}
