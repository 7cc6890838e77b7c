/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_QEMU_H
#define XMLPATCH_QEMU_H

#include "xmlpatch/document.h"

/*
 * What libvirt passes on to QEMU: <qemu:commandline> and <qemu:override>, in a namespace of
 * their own (virDomainQEMU).
 */

/* Whether a namespace is that one; NULL is none. */
bool xmlpatch_qemu_is(const xmlNs *ns);

/* The first child element of that name in QEMU's namespace, or the next one after `after`. */
xmlNode *xmlpatch_qemu_child(const xmlNode *parent, const char *name, const xmlNode *after);

/*
 * What goes before the names of elements inside of `element`, or, where that is
 * NULL, of new ones in the root: "qemu:", "q:", or "" where the namespace is the
 * default one. `declaration` is what the outermost new element needs in addition,
 * " xmlns:qemu='...'", or ""; static.
 */
struct xmlpatch_qemu_prefix {
	char text[64];
	const char *declaration;
};
/* 0, or -1 with an error if the element's own prefix is longer than what fits. */
int xmlpatch_qemu_find_prefix(struct xmlpatch_qemu_prefix *prefix,
			      const struct xmlpatch_document *document, const xmlNode *element,
			      struct base_error *err);

/*
 * The value of the argument behind `after` (NULL: the first one) in any
 * <qemu:commandline>, with its element in *arg; to free(). NULL after the last.
 */
char *xmlpatch_qemu_next_argument(const xmlNode *root, xmlNode **arg);

#endif
