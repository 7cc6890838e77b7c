/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_ARGUMENTS_H
#define XMLPATCH_ATTACH_ARGUMENTS_H

#include "xmlpatch/attach-state.h"

/* Adds QEMU's own window (GTK), and the environment that it needs; 0 or -1. */
int xmlpatch_attach_put_arguments(struct xmlpatch_attach *attach, struct base_error *err);

#endif
