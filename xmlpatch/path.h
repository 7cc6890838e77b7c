/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_PATH_H
#define XMLPATCH_PATH_H

#include "xmlpatch/document.h"
#include "xmlpatch/text.h"

/*
 * A path names an element by what it is, so that it is found again after libvirt or a person
 * has rewritten the document:
 *
 *	devices/graphics=dbus/gl
 *	devices/video=qxl:1		the second of its kind
 *	devices/input=tablet.usb
 *	qemu:override/qemu:device=ua-vgpu
 *
 * The first step is a child of the root. In the key behind "=", everything but letters,
 * digits and -._ is written as %XX.
 */

/* Owned by the caller; NULL when memory is out. "" for the root. */
char *xmlpatch_path_write(const xmlNode *node);

/* Whether an element can be the one that is wanted. */
typedef bool xmlpatch_path_fits(const xmlNode *node, const void *context);

/*
 * The element of that path; NULL if there is none or the path is malformed. If it does not
 * fit, the first one that does among all elements of the same names and keys: others may have
 * been added before it since.
 */
xmlNode *xmlpatch_path_find(const struct xmlpatch_document *document, const char *path,
			    xmlpatch_path_fits *fits, const void *context);

/*
 * What tells an element from others of its name: the UUID of an mdev, the type of a display,
 * the model of a video device, and so on; to free(). NULL if nothing does.
 */
char *xmlpatch_path_key(const xmlNode *node);

/* "video device qxl", as a person calls it. */
struct xmlpatch_words xmlpatch_path_describe(const xmlNode *node);

#endif
