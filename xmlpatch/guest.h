/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_GUEST_H
#define XMLPATCH_GUEST_H

#include "xmlpatch/document.h"

/* A document that is a domain which can take a vGPU. */
struct xmlpatch_guest {
	const struct xmlpatch_document *document; /* borrowed */
	xmlNode *root;
	xmlNode *devices; /* NULL: the domain has none yet */
};

/* 0, or -1 if the document is no domain, or one without PCI. */
int xmlpatch_guest_read(struct xmlpatch_guest *guest, const struct xmlpatch_document *document,
			struct base_error *err);

#endif
