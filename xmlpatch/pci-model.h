/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_PCI_MODEL_H
#define XMLPATCH_PCI_MODEL_H

/* What a bus takes, and as what a controller is plugged in; bits. */
enum xmlpatch_pci_plug {
	XMLPATCH_PCI_ENDPOINT = 1 << 0, /* whatever is no controller of the kinds below */
	XMLPATCH_PCI_BRIDGE = 1 << 1,
	XMLPATCH_PCI_PCIE_BRIDGE = 1 << 2,
	XMLPATCH_PCI_DMI_BRIDGE = 1 << 3,
	XMLPATCH_PCI_ROOT_PORT = 1 << 4,
	XMLPATCH_PCI_UPSTREAM_PORT = 1 << 5,
	XMLPATCH_PCI_DOWNSTREAM_PORT = 1 << 6,
	XMLPATCH_PCI_EXPANDER = 1 << 7,
	XMLPATCH_PCI_PCIE_EXPANDER = 1 << 8,
	XMLPATCH_PCI_ANY = (1 << 9) - 1,
};

/*
 * A model of libvirt's PCI controllers: virDomainPCIAddressBusSetModel() and
 * virDomainPCIAddressFlagsCompatible() in src/conf/domain_addr.c, with the
 * freedom that addresses in the document have there.
 */
struct xmlpatch_pci_model {
	const char *name;
	unsigned int first_slot, last_slot;
	unsigned int plug; /* how it is plugged into another bus; 0: it is a root */
	unsigned int takes;
};

/* The model of that name, NULL if there is none. */
const struct xmlpatch_pci_model *xmlpatch_pci_model_find(const char *name);

#endif
