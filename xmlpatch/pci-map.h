/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_PCI_MAP_H
#define XMLPATCH_PCI_MAP_H

#include <stdint.h>

#include "xmlpatch/guest.h"
#include "xmlpatch/pci-address.h"
#include "xmlpatch/pci-model.h"
#include "xmlpatch/text.h"

/*
 * Every PCI address of a guest, and who is there: devices with an address, what
 * the machine itself has, and the -device arguments of <qemu:commandline>, of
 * which libvirt knows nothing.
 *
 * Devices without an address are not in it, because they make way: libvirt collects
 * every address in the document before it assigns any (qemuDomainCollectPCIAddress()
 * before qemuDomainAssignDevicePCISlots() in src/qemu/qemu_domain_address.c). Its
 * preferred places, 00:02.0 (i440fx) or 00:01.0 (q35) for the first video device,
 * 00:1b.0 for ICH9 sound, 00:1d.0 and 00:1a.0 for USB 2, are not used when they are
 * taken; root ports fill the lowest slots that are left, eight a slot. Devices that do
 * not make way, the first IDE and USB of i440fx and the first SATA of q35, are chips of
 * the machine (xmlpatch/pci-chip.h).
 *
 * Seen with libvirt 11.3: with a device at 00:02.0 (i440fx) video without an
 * address came to 00:03.0, before the devices that stand before it in the
 * document; on q35 video stayed at 00:01.0 and the root ports went from 00:02 to
 * 00:03, or, without video, to 00:01; with a device at 00:01.0 video went behind a
 * pcie-to-pci-bridge. A device on a bus of no controller got that bus and those
 * below it. The address of a video device or memory balloon of the model none was
 * ignored.
 */

struct xmlpatch_pci_slot {
	uint8_t taken; /* a bit for each function */
	/* A child of <devices> or an <arg>, borrowed; NULL: the machine's own. */
	const xmlNode *holders[XMLPATCH_PCI_FUNCTIONS];
};

struct xmlpatch_pci_bus {
	const struct xmlpatch_pci_model *model; /* NULL: not in the document; libvirt adds it */
	struct xmlpatch_pci_slot slots[XMLPATCH_PCI_SLOTS];
};

struct xmlpatch_pci_map {
	const struct xmlpatch_guest *guest; /* borrowed */
	bool is_q35;
	struct xmlpatch_pci_bus *buses; /* owned; by the index of libvirt's controller */
	size_t n;
};

/* Takes NULL and a zeroed map. */
void xmlpatch_pci_map_finish(struct xmlpatch_pci_map *map);

/* Adds the bus of a controller, with its number and model; 0 or -1. */
int xmlpatch_pci_map_add_bus(struct xmlpatch_pci_map *map, size_t number,
			     const struct xmlpatch_pci_model *model, struct base_error *err);

/*
 * Takes an address for a device, an argument or the machine's own (NULL); -1 with an error
 * that names both if it is taken.
 */
int xmlpatch_pci_map_take(struct xmlpatch_pci_map *map, const struct xmlpatch_address *address,
			  const xmlNode *holder, struct base_error *err);

/* Who is there, in words. */
struct xmlpatch_words xmlpatch_pci_map_describe(const struct xmlpatch_pci_map *map,
						const struct xmlpatch_address *address);

BASE_DEFINE_CLEANUP(xmlpatch_pci_map, struct xmlpatch_pci_map, xmlpatch_pci_map_finish)

#endif
