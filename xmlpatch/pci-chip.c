/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci-chip.h"

#include <stdlib.h>
#include <string.h>

static const struct xmlpatch_pci_chip chips[] = {
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

const struct xmlpatch_pci_chip *xmlpatch_pci_chip_next(const struct xmlpatch_pci_chip *after)
{
	const struct xmlpatch_pci_chip *chip = after == NULL ? chips : after + 1;

	return chip < chips + sizeof(chips) / sizeof(*chips) ? chip : NULL;
}

const struct xmlpatch_pci_chip *xmlpatch_pci_chip_find(bool is_q35,
						       const struct xmlpatch_address *address)
{
	const struct xmlpatch_pci_chip *chip = NULL;

	while ((chip = xmlpatch_pci_chip_next(chip)) != NULL) {
		if (address->bus == 0 && chip->is_q35 == is_q35 && chip->slot == address->slot &&
		    chip->function == address->function)
			return chip;
	}
	return NULL;
}

static bool is_first(const xmlNode *controller)
{
	BASE_AUTO(free) char *number = xmlpatch_document_get(controller, "index");

	return number == NULL || strtoul(number, NULL, 0) == 0;
}

bool xmlpatch_pci_chip_is(const struct xmlpatch_pci_chip *chip, const xmlNode *device)
{
	return chip->controller != NULL && xmlpatch_document_is(device, "controller") &&
	       xmlpatch_document_has(device, "type", chip->controller) && is_first(device);
}

/*
 * Only the USB controller depends on the domain: with another model for the first one, or
 * with none, the machine does not have this one. Without a model libvirt means this one.
 */
bool xmlpatch_pci_chip_exists(const struct xmlpatch_pci_chip *chip, const xmlNode *devices)
{
	const xmlNode *usb = xmlpatch_document_find(devices, "controller", "type", "usb");
	BASE_AUTO(free) char *model = NULL;

	if (chip->controller == NULL || strcmp(chip->controller, "usb") != 0)
		return true;
	while (usb != NULL && !is_first(usb))
		usb = xmlpatch_document_find_next(usb, "controller", "type", "usb");
	model = xmlpatch_document_get(usb, "model");
	return model == NULL || strcmp(model, "piix3-uhci") == 0;
}
