/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_ARGUMENTS_H
#define XMLPATCH_ATTACH_ARGUMENTS_H

#include "xmlpatch/attach-state.h"

/* QEMU's own window, and the environment that it needs. */
int xmlpatch_attach_put_arguments(struct xmlpatch_attach *attach, struct base_error *err);

#endif
