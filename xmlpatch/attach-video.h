/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_VIDEO_H
#define XMLPATCH_ATTACH_VIDEO_H

#include "xmlpatch/attach-state.h"

/* Removes, replaces or adds emulated video devices; 0 or -1. */
int xmlpatch_attach_put_video(struct xmlpatch_attach *attach, struct base_error *err);

/* Whether a video device that the plan keeps is removed nevertheless. */
bool xmlpatch_attach_drops(const struct xmlpatch_attach *attach, const xmlNode *video);

#endif
