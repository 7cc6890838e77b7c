/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_VGPU_H
#define XMLPATCH_UNDO_VGPU_H

#include "xmlpatch/undo-state.h"

/*
 * The vGPU that was added, where the UUID that it had then is not in the domain any
 * more, by the name that it was given; NULL if there is none. 0, or -1 with an error;
 * a vGPU that stays is told.
 */
int xmlpatch_undo_find_vgpu(struct xmlpatch_undoing *undoing, const xmlNode *record,
			    const xmlNode **node);

#endif
