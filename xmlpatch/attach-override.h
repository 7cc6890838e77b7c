/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_OVERRIDE_H
#define XMLPATCH_ATTACH_OVERRIDE_H

#include "xmlpatch/attach-state.h"

/* Whether a property has to be set, for which the vGPU's device needs an alias. */
bool xmlpatch_attach_needs_alias(const struct xmlpatch_attach *attach);

/* Sets the properties of the vGPU that libvirt's XML has no element for; 0 or -1. */
int xmlpatch_attach_put_override(struct xmlpatch_attach *attach, struct base_error *err);

#endif
