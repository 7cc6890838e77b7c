/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_ADDRESS_H
#define VGPU_ADDRESS_H

#include <stdbool.h>

#include "xmlpatch/xmlpatch.h"

/*
 * Reads a guest's PCI address as people write it, in hexadecimal as lspci(8) does:
 * SS, SS.F, BB:SS, BB:SS.F or 0000:BB:SS.F, the bus at most ff, the slot 1f and the
 * function 7. False and `address` untouched if it is not one.
 */
bool vgpu_address_parse(const char *text, struct xmlpatch_address *address);

#endif
