/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_AUDIO_H
#define XMLPATCH_UNDO_AUDIO_H

#include "xmlpatch/undo-state.h"

/*
 * Whether an element that was added stays, because it is an audio backend that
 * somebody changed, or uses by now: 1, which is told; 0; or -1 with an error. All
 * others that were added have their decision by then.
 */
int xmlpatch_undo_keep_audio(struct xmlpatch_undoing *undoing, const xmlNode *node,
			     bool is_changed);

#endif
