/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_VGPU_H
#define XMLPATCH_ATTACH_VGPU_H

#include "xmlpatch/attach-state.h"

/* Adds or changes the <hostdev> of the vGPU, and its alias; 0 or -1. */
int xmlpatch_attach_put_vgpu(struct xmlpatch_attach *attach, struct base_error *err);

#endif
