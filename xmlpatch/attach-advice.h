/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_ADVICE_H
#define XMLPATCH_ATTACH_ADVICE_H

#include "xmlpatch/attach-state.h"

/* Advises on what is not changed but can keep the guest from working; 0 or -1. */
int xmlpatch_attach_advise_guest(struct xmlpatch_attach *attach, struct base_error *err);

#endif
