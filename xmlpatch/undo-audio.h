/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_AUDIO_H
#define XMLPATCH_UNDO_AUDIO_H

#include "xmlpatch/undo-state.h"

/*
 * Whether an element that was added stays because it is an audio backend that somebody has
 * changed or uses now: 1, with advice that says so; 0; or -1 with an error. It must be
 * decided before about all other elements that were added.
 */
int xmlpatch_undo_keep_audio(struct xmlpatch_undoing *undoing, const xmlNode *node,
			     bool is_changed);

#endif
