/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_PCI_READ_H
#define XMLPATCH_PCI_READ_H

#include "xmlpatch/pci-map.h"

/*
 * Reads all addresses; -1 with an error that names the devices if two are at one
 * address, one is outside its bus, or an address is unreadable. Linear in the
 * number of devices. Finish the map either way.
 */
int xmlpatch_pci_read(struct xmlpatch_pci_map *map, const struct xmlpatch_guest *guest,
		      struct base_error *err);

#endif
