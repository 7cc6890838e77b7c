/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_VIDEO_H
#define XMLPATCH_VIDEO_H

#include "xmlpatch/document.h"

/* A <video> of the guest's. */

/* The type of its model, as "qxl"; to free(); NULL if it has none. */
char *xmlpatch_video_model(const xmlNode *video);

/* Whether that is its model. */
bool xmlpatch_video_is(const xmlNode *video, const char *model);

/*
 * Whether it gives the guest a video device on PCI; without a model libvirt
 * chooses one that does. KEEP and LEAVE leave each of these beside the vGPU, INSTALL
 * the first.
 */
bool xmlpatch_video_is_emulated(const xmlNode *video);

#endif
