/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_ATTRIBUTE_H
#define XMLPATCH_UNDO_ATTRIBUTE_H

#include "xmlpatch/undo-state.h"

/* Whether a record names an attribute by a name that an attribute may have. */
bool xmlpatch_undo_names_attribute(const xmlNode *record);

/* Whether the attribute that a record is about has still what it was set to. */
bool xmlpatch_undo_is_still_set(const xmlNode *node, const xmlNode *record);

/* Gives an element the attribute back that a record is about. */
void xmlpatch_undo_put_attribute(struct xmlpatch_undoing *undoing, const xmlNode *record,
				 const xmlNode *node);

#endif
