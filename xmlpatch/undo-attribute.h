/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_ATTRIBUTE_H
#define XMLPATCH_UNDO_ATTRIBUTE_H

#include "xmlpatch/undo-state.h"

/* Whether the name in a record can be the name of an attribute. */
bool xmlpatch_undo_names_attribute(const xmlNode *record);

/* Whether the attribute of a record still has the value that it was set to. */
bool xmlpatch_undo_is_still_set(const xmlNode *node, const xmlNode *record);

/* Restores the attribute of a record. */
void xmlpatch_undo_put_attribute(struct xmlpatch_undoing *undoing, const xmlNode *record,
				 const xmlNode *node);

#endif
