/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_PCI_ADDRESS_H
#define XMLPATCH_PCI_ADDRESS_H

#include "xmlpatch/document.h"
#include "xmlpatch/xmlpatch.h"

/* Where a device is on a guest's PCI, as its <address> says. */

enum {
	XMLPATCH_PCI_BUSES = 256,
	XMLPATCH_PCI_SLOTS = 32,
	XMLPATCH_PCI_FUNCTIONS = 8,
};

/* Whether a device has an address, as virDeviceInfoPCIAddressIsPresent() means it. */
enum xmlpatch_pci_state {
	XMLPATCH_PCI_ABSENT, /* libvirt will choose one if the device needs it */
	XMLPATCH_PCI_PRESENT,
	XMLPATCH_PCI_OTHER, /* it is not on PCI */
};

/* Reads a device's own address; -1 with an error that names the device. */
int xmlpatch_pci_address_read(const xmlNode *device, enum xmlpatch_pci_state *state,
			      struct xmlpatch_address *address, struct base_error *err);

/* "00:02.0" */
struct xmlpatch_pci_text {
	char text[16];
};
struct xmlpatch_pci_text xmlpatch_pci_address_format(const struct xmlpatch_address *address);

/* The <address> of a device, as a fragment (xmlpatch/edit.h). */
struct xmlpatch_pci_fragment {
	char text[160];
};
struct xmlpatch_pci_fragment xmlpatch_pci_address_fragment(const struct xmlpatch_address *address,
							   bool is_multifunction);

/*
 * A number of a device or of its address, in any base as virStrToLong_uip() reads it; one
 * that is left out is 0. False if it is none.
 */
bool xmlpatch_pci_address_read_number(const xmlNode *node, const char *attribute,
				      unsigned long *number);

#endif
