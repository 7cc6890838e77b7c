/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_PCI_CHIP_H
#define XMLPATCH_PCI_CHIP_H

#include "xmlpatch/document.h"
#include "xmlpatch/xmlpatch.h"

/*
 * The chips that QEMU's machines make by themselves, on bus 0:
 * qemuDomainValidateDevicePCISlotsPIIX3() and ...Q35() in libvirt's
 * src/qemu/qemu_domain_address.c, hw/i386/pc_piix.c and pc_q35.c in QEMU.
 */
struct xmlpatch_pci_chip {
	bool is_q35; /* false: of i440fx */
	unsigned int slot, function;
	const char *words;
	const char *controller; /* its type as a <controller>; NULL: it is none */
};

/* Lists the chips of both machines: the first one for NULL, and NULL after the last one. */
const struct xmlpatch_pci_chip *xmlpatch_pci_chip_next(const struct xmlpatch_pci_chip *after);

/* The one at that address of a machine; NULL if there is none. */
const struct xmlpatch_pci_chip *xmlpatch_pci_chip_find(bool is_q35,
						       const struct xmlpatch_address *address);

/* Whether a machine with those <devices>, which may be NULL, has the chip. */
bool xmlpatch_pci_chip_exists(const struct xmlpatch_pci_chip *chip, const xmlNode *devices);

/* Whether a device of the document is that chip. */
bool xmlpatch_pci_chip_is(const struct xmlpatch_pci_chip *chip, const xmlNode *device);

#endif
