/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_PCI_ARGUMENTS_H
#define XMLPATCH_PCI_ARGUMENTS_H

#include "xmlpatch/pci-map.h"

/* Takes the addresses of what <qemu:commandline> adds; 0 or -1. */
int xmlpatch_pci_arguments_take(struct xmlpatch_pci_map *map, struct base_error *err);

#endif
