/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_BACKUP_LIST_H
#define VGPU_BACKUP_LIST_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/*
 * Prints which old definitions of a domain there are, the newest last, and how one
 * is put back. `domain` is its name, or its UUID, also of one that is no more.
 */
int vgpu_backup_list_print(const char *uri, const char *domain, bool as_json,
			   struct base_error *err);

#endif
