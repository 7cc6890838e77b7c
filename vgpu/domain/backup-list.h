/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_BACKUPS_H
#define VGPU_BACKUPS_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/*
 * Prints which old definitions of a domain there are, the newest last, and how one
 * is put back. `domain` is its name, or its UUID, also of one that is no more.
 */
int vgpu_backups_print(const char *uri, const char *domain, bool as_json, struct base_error *err);

#endif
