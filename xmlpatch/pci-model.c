/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci-model.h"

#include <stddef.h>
#include <string.h>

#include "xmlpatch/pci-address.h"

#define LAST (XMLPATCH_PCI_SLOTS - 1)
/* libvirt accepts a pci-bridge with an address wherever it accepts a device. */
#define DEVICE (XMLPATCH_PCI_ENDPOINT | XMLPATCH_PCI_BRIDGE)

static const struct xmlpatch_pci_model models[] = {
	{ "pci-root", 1, LAST, 0, DEVICE | XMLPATCH_PCI_EXPANDER },
	{ "pcie-root", 1, LAST, 0,
	  DEVICE | XMLPATCH_PCI_ROOT_PORT | XMLPATCH_PCI_DMI_BRIDGE | XMLPATCH_PCI_PCIE_EXPANDER },
	{ "pci-bridge", 1, LAST, XMLPATCH_PCI_BRIDGE, DEVICE },
	{ "pcie-to-pci-bridge", 1, LAST, XMLPATCH_PCI_PCIE_BRIDGE, DEVICE },
	{ "dmi-to-pci-bridge", 0, LAST, XMLPATCH_PCI_DMI_BRIDGE, DEVICE },
	{ "pci-expander-bus", 0, LAST, XMLPATCH_PCI_EXPANDER, DEVICE },
	{ "pcie-root-port", 0, 0, XMLPATCH_PCI_ROOT_PORT,
	  DEVICE | XMLPATCH_PCI_UPSTREAM_PORT | XMLPATCH_PCI_PCIE_BRIDGE },
	{ "pcie-switch-downstream-port", 0, 0, XMLPATCH_PCI_DOWNSTREAM_PORT,
	  DEVICE | XMLPATCH_PCI_UPSTREAM_PORT | XMLPATCH_PCI_PCIE_BRIDGE },
	{ "pcie-switch-upstream-port", 0, LAST, XMLPATCH_PCI_UPSTREAM_PORT,
	  XMLPATCH_PCI_DOWNSTREAM_PORT },
	{ "pcie-expander-bus", 0, LAST, XMLPATCH_PCI_PCIE_EXPANDER,
	  XMLPATCH_PCI_ROOT_PORT | XMLPATCH_PCI_DMI_BRIDGE },
};

const struct xmlpatch_pci_model *xmlpatch_pci_model_find(const char *name)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(*models); i++) {
		if (strcmp(models[i].name, name) == 0)
			return &models[i];
	}
	return NULL;
}
