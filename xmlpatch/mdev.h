/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_MDEV_H
#define XMLPATCH_MDEV_H

#include "xmlpatch/document.h"

/* <hostdev type='mdev'>, as which a vGPU is in a domain. `devices` may be NULL. */

/* The first of them, and the next one; NULL if there is none. */
xmlNode *xmlpatch_mdev_first(const xmlNode *devices);
xmlNode *xmlpatch_mdev_next(const xmlNode *mdev);

/* Its UUID as it is written; to free(); NULL if it has none. */
char *xmlpatch_mdev_uuid(const xmlNode *mdev);

/*
 * That of that UUID, the first or the next one after `after`; libvirt reads UUIDs with
 * any dashes and in either case, and so does this.
 */
xmlNode *xmlpatch_mdev_find(const xmlNode *devices, const char *uuid, const xmlNode *after);

#endif
