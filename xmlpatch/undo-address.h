/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_ADDRESS_H
#define XMLPATCH_UNDO_ADDRESS_H

#include "xmlpatch/undo-state.h"

/* Whether a path leads to the <address> of a device. */
bool xmlpatch_undo_is_address(const char *path);

/* The <address> that a device will have, for xmlpatch_position_holder() with the undoing. */
const xmlNode *xmlpatch_undo_address_of(const xmlNode *device, const void *undoing);

/*
 * The first decides which addresses a step restores, when it is known what leaves. The
 * second restores them, and advises on the others. 0 or -1.
 */
int xmlpatch_undo_plan_addresses(struct xmlpatch_undoing *undoing, const xmlNode *step);
int xmlpatch_undo_put_addresses(struct xmlpatch_undoing *undoing, const xmlNode *step);

#endif
