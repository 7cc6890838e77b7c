/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_ADDRESS_H
#define XMLPATCH_UNDO_ADDRESS_H

#include "xmlpatch/undo-state.h"

/* Whether a path leads to the <address> of a device. */
bool xmlpatch_undo_is_address(const char *path);

/* What a device's <address> will be, for xmlpatch_position_holder(); the undoing as context. */
const xmlNode *xmlpatch_undo_address_of(const xmlNode *device, const void *undoing);

/*
 * Decides which addresses a step gives back, once it is known what leaves; then gives
 * them back, and says which not. 0 or -1.
 */
int xmlpatch_undo_plan_addresses(struct xmlpatch_undoing *undoing, const xmlNode *step);
int xmlpatch_undo_put_addresses(struct xmlpatch_undoing *undoing, const xmlNode *step);

#endif
