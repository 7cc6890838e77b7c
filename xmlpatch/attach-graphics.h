/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_GRAPHICS_H
#define XMLPATCH_ATTACH_GRAPHICS_H

#include "xmlpatch/attach-state.h"

/* Sees to the display that is wished for, and to those that cannot be beside it; 0 or -1. */
int xmlpatch_attach_put_graphics(struct xmlpatch_attach *attach, struct base_error *err);

#endif
