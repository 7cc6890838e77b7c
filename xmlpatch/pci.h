/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_PCI_H
#define XMLPATCH_PCI_H

#include <stdint.h>

#include "xmlpatch/guest.h"
#include "xmlpatch/text.h"
#include "xmlpatch/xmlpatch.h"

/*
 * Every PCI address of a guest, and who is there: devices with an address, what
 * the machine itself has, and the -device arguments of <qemu:commandline>, of
 * which libvirt knows nothing.
 *
 * Devices without an address are not in it, for they make way: libvirt collects
 * every address in the document before it gives any away (qemuDomainCollectPCIAddress()
 * before qemuDomainAssignDevicePCISlots() in src/qemu/qemu_domain_address.c). Its
 * favourites, the first video device at 00:02.0 (i440fx) or 00:01.0 (q35), ICH9
 * sound at 00:1b.0 and USB 2 at 00:1d.0 and 00:1a.0, go elsewhere when those are
 * taken; root ports fill the lowest slots that are left, eight a slot. What does
 * not make way, the first IDE and USB of i440fx and the first SATA of q35, is in
 * slots of the machine's own.
 *
 * Seen with libvirt 11.3: with a device at 00:02.0 (i440fx) video without an
 * address came to 00:03.0, before the devices that stand before it in the
 * document; on q35 video stayed at 00:01.0 and the root ports went from 00:02 to
 * 00:03, or, without video, to 00:01; with a device at 00:01.0 video went behind a
 * pcie-to-pci-bridge. A device on a bus of no controller got that bus and those
 * below it. The address of video or of a memory balloon that is none was passed
 * over.
 */

enum {
	XMLPATCH_PCI_BUSES = 256,
	XMLPATCH_PCI_SLOTS = 32,
	XMLPATCH_PCI_FUNCTIONS = 8,
};

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

struct xmlpatch_pci_slot {
	uint8_t taken; /* a bit for each function */
	/* A child of <devices> or an <arg>, borrowed; NULL: the machine's own. */
	const xmlNode *holders[XMLPATCH_PCI_FUNCTIONS];
};

struct xmlpatch_pci_bus {
	const struct xmlpatch_pci_model *model; /* NULL: not in the document; libvirt adds it */
	struct xmlpatch_pci_slot slots[XMLPATCH_PCI_SLOTS];
};

struct xmlpatch_pci {
	const struct xmlpatch_guest *guest; /* borrowed */
	bool is_q35;
	struct xmlpatch_pci_bus *buses; /* owned; by the index of libvirt's controller */
	size_t n;
};

/*
 * Reads all addresses; -1 with an error that names the devices if two are at one
 * address, one is outside its bus, or an address is unreadable. Linear in the
 * number of devices. Finish the map either way.
 */
int xmlpatch_pci_read(struct xmlpatch_pci *map, const struct xmlpatch_guest *guest,
		      struct base_error *err);

/* Takes NULL and a zeroed map. */
void xmlpatch_pci_finish(struct xmlpatch_pci *map);

/* Whether a device has an address, as virDeviceInfoPCIAddressIsPresent() means it. */
enum xmlpatch_pci_state {
	XMLPATCH_PCI_ABSENT, /* libvirt will choose one if the device needs it */
	XMLPATCH_PCI_PRESENT,
	XMLPATCH_PCI_OTHER, /* it is not on PCI */
};

/* Reads a device's own address; -1 with an error that names the device. */
int xmlpatch_pci_read_address(const xmlNode *device, enum xmlpatch_pci_state *state,
			      struct xmlpatch_address *address, struct base_error *err);

/* Puts a device, an argument or the machine's own (NULL) into the map. */
int xmlpatch_pci_place(struct xmlpatch_pci *map, const struct xmlpatch_address *address,
		       const xmlNode *holder, struct base_error *err);

/* Who is there, in words. */
struct xmlpatch_words xmlpatch_pci_describe(const struct xmlpatch_pci *map,
					    const struct xmlpatch_address *address);

/* "00:02.0" */
struct xmlpatch_pci_text {
	char text[16];
};
struct xmlpatch_pci_text xmlpatch_pci_format(const struct xmlpatch_address *address);

/* The <address> of a device, as a fragment (xmlpatch/edit.h). */
struct xmlpatch_pci_fragment {
	char text[160];
};
struct xmlpatch_pci_fragment xmlpatch_pci_fragment(const struct xmlpatch_address *address,
						   bool is_multifunction);

/* The model of that name, NULL if there is none. */
const struct xmlpatch_pci_model *xmlpatch_pci_find_model(const char *name);

/* What the machine has on bus 0 by itself. */
int xmlpatch_pci_place_machine(struct xmlpatch_pci *map, struct base_error *err);
const char *xmlpatch_pci_machine_words(const struct xmlpatch_pci *map,
				       const struct xmlpatch_address *address);
/* Whether a device of the document is the machine's own at that address. */
bool xmlpatch_pci_is_machines(const struct xmlpatch_pci *map,
			      const struct xmlpatch_address *address, const xmlNode *device);
/* Slots for which guests and libvirt expect certain devices: the last to be chosen. */
bool xmlpatch_pci_is_usual(const struct xmlpatch_pci *map, unsigned int slot);

/* What <qemu:commandline> adds. */
int xmlpatch_pci_place_arguments(struct xmlpatch_pci *map, struct base_error *err);

BASE_DEFINE_CLEANUP(xmlpatch_pci, struct xmlpatch_pci, xmlpatch_pci_finish)

#endif
