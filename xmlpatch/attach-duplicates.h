/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_DUPLICATES_H
#define XMLPATCH_ATTACH_DUPLICATES_H

#include "xmlpatch/attach-state.h"

/* -1 with an error if a host device is in the domain twice, which cannot start. */
int xmlpatch_attach_refuse_duplicates(struct xmlpatch_attach *attach, struct base_error *err);

#endif
