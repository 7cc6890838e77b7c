/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_OVERRIDE_H
#define XMLPATCH_ATTACH_OVERRIDE_H

#include "xmlpatch/attach-state.h"

/* Whether there is a property to be set, for which the vGPU's device needs a name. */
bool xmlpatch_attach_needs_alias(const struct xmlpatch_attach *attach);

/* The properties of the vGPU for which libvirt has no words. */
int xmlpatch_attach_put_override(struct xmlpatch_attach *attach, struct base_error *err);

#endif
