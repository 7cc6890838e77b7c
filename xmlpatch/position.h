/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_POSITION_H
#define XMLPATCH_POSITION_H

#include "xmlpatch/document.h"

/* Where among its parent's children an element was; see xmlpatch/undo-metadata.h. */
struct xmlpatch_position {
	size_t place, skip, nth;
};

/*
 * The byte at which an element of that name is put back. If elements were added or removed
 * since, its order among those of its name is kept, which is what matters to libvirt.
 */
size_t xmlpatch_position_find(const struct xmlpatch_document *document, const xmlNode *parent,
			      const char *name, const struct xmlpatch_position *position);

/* The <address> that a device will have in the end; NULL: none, or no such device. */
typedef const xmlNode *xmlpatch_position_address(const xmlNode *device, const void *context);

/*
 * The device that will have that <address> in the end, on PCI or at a port of a controller;
 * NULL if no device but `self` will.
 */
const xmlNode *xmlpatch_position_holder(const struct xmlpatch_document *document,
					const xmlNode *address, const xmlNode *self,
					xmlpatch_position_address *address_of, const void *context);

/* Whether two elements <address> name the same place. */
bool xmlpatch_position_is_same(const xmlNode *left, const xmlNode *right);

#endif
