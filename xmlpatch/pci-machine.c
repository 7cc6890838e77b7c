/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci.h"

#include <string.h>

#define LAST (XMLPATCH_PCI_SLOTS - 1)
/* A pci-bridge with an address may be wherever a device may be. */
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

/*
 * The chips that QEMU's machines make by themselves: qemuDomainValidateDevicePCISlotsPIIX3()
 * and ...Q35() in libvirt's src/qemu/qemu_domain_address.c, hw/i386/pc_piix.c and
 * pc_q35.c in QEMU. `controller` is how the document may speak of it, at index 0.
 */
static const struct own {
	bool is_q35;
	unsigned int slot, function;
	const char *words;
	const char *controller;
} owns[] = {
	{ false, 0, 0, "the machine's host bridge", NULL },
	{ false, 1, 0, "the machine's ISA bridge", NULL },
	{ false, 1, 1, "the machine's IDE controller", "ide" },
	{ false, 1, 2, "the machine's USB controller", "usb" },
	{ false, 1, 3, "the machine's power management", NULL },
	{ true, 0, 0, "the machine's host bridge", NULL },
	{ true, 0x1f, 0, "the machine's ISA bridge", NULL },
	{ true, 0x1f, 2, "the machine's SATA controller", "sata" },
	{ true, 0x1f, 3, "the machine's SMBus", NULL },
};

#define N_OWNS (sizeof(owns) / sizeof(*owns))

const struct xmlpatch_pci_model *xmlpatch_pci_find_model(const char *name)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(*models); i++) {
		if (strcmp(models[i].name, name) == 0)
			return &models[i];
	}
	return NULL;
}

static bool is_first(const xmlNode *controller)
{
	BASE_AUTO(free) char *number = xmlpatch_document_get(controller, "index");

	return number == NULL || strtoul(number, NULL, 0) == 0;
}

/* Of the chips only USB can be another one, or none; libvirt adds this one by default. */
static bool is_missing(const struct xmlpatch_pci *map, const struct own *own)
{
	const xmlNode *node = xmlpatch_document_child(map->guest->devices, "controller");
	BASE_AUTO(free) char *model = NULL;

	if (own->controller == NULL || strcmp(own->controller, "usb") != 0)
		return false;
	while (node != NULL && (!xmlpatch_document_has(node, "type", "usb") || !is_first(node)))
		node = xmlpatch_document_next(node, "controller");
	model = xmlpatch_document_get(node, "model");
	return model != NULL && strcmp(model, "piix3-uhci") != 0;
}

int xmlpatch_pci_place_machine(struct xmlpatch_pci *map, struct base_error *err)
{
	for (size_t i = 0; i < N_OWNS; i++) {
		const struct xmlpatch_address address = { 0, owns[i].slot, owns[i].function };

		if (owns[i].is_q35 == map->is_q35 && !is_missing(map, &owns[i]) &&
		    xmlpatch_pci_place(map, &address, NULL, err) < 0)
			return -1;
	}
	return 0;
}

static const struct own *find_own(const struct xmlpatch_pci *map,
				  const struct xmlpatch_address *address)
{
	for (size_t i = 0; i < N_OWNS; i++) {
		if (address->bus == 0 && owns[i].is_q35 == map->is_q35 &&
		    owns[i].slot == address->slot && owns[i].function == address->function)
			return &owns[i];
	}
	return NULL;
}

const char *xmlpatch_pci_machine_words(const struct xmlpatch_pci *map,
				       const struct xmlpatch_address *address)
{
	const struct own *own = find_own(map, address);

	return own == NULL ? "the machine" : own->words;
}

bool xmlpatch_pci_is_machines(const struct xmlpatch_pci *map,
			      const struct xmlpatch_address *address, const xmlNode *device)
{
	const struct own *own = find_own(map, address);

	return own != NULL && own->controller != NULL && device != NULL &&
	       xmlpatch_document_is(device, "controller") &&
	       xmlpatch_document_has(device, "type", own->controller) && is_first(device);
}

/*
 * Real q35 boards have USB 2 at 1a and 1d, sound at 1b and a bridge at 1e; libvirt
 * puts such devices there if it can, now or when one is added later.
 */
bool xmlpatch_pci_is_usual(const struct xmlpatch_pci *map, unsigned int slot)
{
	return map->is_q35 && (slot == 0x1a || slot == 0x1b || slot == 0x1d || slot == 0x1e);
}
