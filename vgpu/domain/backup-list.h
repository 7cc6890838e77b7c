/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_BACKUP_LIST_H
#define VGPU_BACKUP_LIST_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/*
 * Prints the old definitions of a domain, the newest last, and how to restore one.
 * `domain` is its name or its UUID; the UUID may be that of a domain that no longer
 * exists.
 */
int vgpu_backup_list_print(const char *uri, const char *domain, bool as_json,
			   struct base_error *err);

#endif
