/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UUID_H
#define XMLPATCH_UUID_H

#include <stdbool.h>

#include "vgpu/base/name.h"

/*
 * Reads a UUID as libvirt does (virUUIDParse()): white space first, then 32
 * digits in either case with any dashes. False, and `uuid` undefined, if it is not
 * one; else it is written in lower case with four dashes.
 */
bool xmlpatch_uuid_read(const char *text, char uuid[BASE_UUID_SIZE]);

/* True if libvirt would read both as the same UUID. */
bool xmlpatch_uuid_is(const char *left, const char *right);

#endif
