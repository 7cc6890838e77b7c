/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_ELEMENT_H
#define XMLPATCH_UNDO_ELEMENT_H

#include "xmlpatch/undo-state.h"

/* Puts an element back that was removed from `parent`; NULL: that is gone. 0 or -1. */
int xmlpatch_undo_put_removed(struct xmlpatch_undoing *undoing, const xmlNode *record,
			      const xmlNode *parent);

/* Puts an element back in the place of `node`, which replaced it; NULL: that is gone. 0 or -1. */
int xmlpatch_undo_put_replaced(struct xmlpatch_undoing *undoing, const xmlNode *record,
			       const xmlNode *node);

#endif
