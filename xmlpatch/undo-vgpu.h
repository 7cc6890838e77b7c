/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_VGPU_H
#define XMLPATCH_UNDO_VGPU_H

#include "xmlpatch/undo-state.h"

/*
 * Finds the vGPU of a record by its alias, when the UUID that it had is no longer in the
 * domain; *node is NULL if there is none, with advice on another vGPU that stays. 0, or -1
 * with an error.
 */
int xmlpatch_undo_find_vgpu(struct xmlpatch_undoing *undoing, const xmlNode *record,
			    const xmlNode **node);

#endif
