/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_SPICE_H
#define XMLPATCH_ATTACH_SPICE_H

#include "xmlpatch/attach-state.h"

/* Removes the devices that work only with SPICE; 0 or -1. */
int xmlpatch_attach_clear_spice(struct xmlpatch_attach *attach, struct base_error *err);

#endif
