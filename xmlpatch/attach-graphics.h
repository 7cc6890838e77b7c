/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_GRAPHICS_H
#define XMLPATCH_ATTACH_GRAPHICS_H

#include "xmlpatch/attach-state.h"

/* Adds the display that is wanted, and removes those that cannot be combined with it; 0 or -1. */
int xmlpatch_attach_put_graphics(struct xmlpatch_attach *attach, struct base_error *err);

#endif
