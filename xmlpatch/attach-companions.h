/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_COMPANIONS_H
#define XMLPATCH_ATTACH_COMPANIONS_H

#include "xmlpatch/attach-state.h"

/* Adds a tablet and a channel for the guest's agent; 0 or -1. */
int xmlpatch_attach_put_companions(struct xmlpatch_attach *attach, struct base_error *err);

#endif
