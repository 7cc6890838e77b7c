/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_ADVICE_H
#define XMLPATCH_ATTACH_ADVICE_H

#include "xmlpatch/attach-state.h"

/* What in the domain is in the way of a working guest, beyond what is changed. */
int xmlpatch_attach_advise_guest(struct xmlpatch_attach *attach, struct base_error *err);

#endif
