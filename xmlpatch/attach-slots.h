/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_SLOTS_H
#define XMLPATCH_ATTACH_SLOTS_H

#include "xmlpatch/attach-state.h"

/* Plans the PCI addresses, before anything is changed; 0 or -1. */
int xmlpatch_attach_plan(struct xmlpatch_attach *attach, struct base_error *err);

/* Moves the video devices as planned; 0 or -1. */
int xmlpatch_attach_put_slots(struct xmlpatch_attach *attach, struct base_error *err);

/* Gives a device of the document another PCI address, or its first; 0 or -1. */
int xmlpatch_attach_set_address(struct xmlpatch_attach *attach, const xmlNode *device,
				const struct xmlpatch_address *to, struct base_error *err);

#endif
