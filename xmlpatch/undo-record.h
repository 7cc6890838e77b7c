/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_RECORD_H
#define XMLPATCH_UNDO_RECORD_H

#include "xmlpatch/undo-state.h"

/* Decides what leaves and adds the edits, as the records of a step ask for; 0 or -1. */
int xmlpatch_undo_take_records(struct xmlpatch_undoing *undoing, const xmlNode *step);

#endif
