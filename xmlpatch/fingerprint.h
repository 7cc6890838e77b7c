/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_FINGERPRINT_H
#define XMLPATCH_FINGERPRINT_H

#include "xmlpatch/document.h"

/*
 * The content of an element in a few digits: its attributes in any order, its child
 * elements, text and comments, but not how they are written. It tells later whether somebody
 * has changed the element. What libvirt adds by itself when it stores a device does not
 * count: an address, and which video device is the primary one.
 */
#define XMLPATCH_FINGERPRINT_SIZE 17 /* 16 digits */

/* False if the element is larger than any that an attach writes. */
bool xmlpatch_fingerprint_write(const xmlNode *node, char fingerprint[XMLPATCH_FINGERPRINT_SIZE]);

/* Whether the element still has that fingerprint, or has it but for an address that it got. */
bool xmlpatch_fingerprint_is(const xmlNode *node, const char *fingerprint);

#endif
