/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_BACKUP_H
#define VGPU_BACKUP_H

#include <stddef.h>
#include <time.h>

#include "vgpu/base/error.h"

/*
 * The definitions that domains had before they were changed. Each domain has a
 * directory, named by its UUID, since its name may be anything and may change; the
 * file's name is the time. They contain the domain's passwords, so only their owner
 * may read them.
 */
struct vgpu_backup {
	char *path; /* owned; absolute */
	time_t time;
	long long size; /* bytes */
};

struct vgpu_backups {
	struct vgpu_backup *items; /* the newest last */
	size_t count;
};

/*
 * Where they are: /var/lib/vgpu/backups for root, else vgpu/backups below
 * XDG_STATE_HOME or ~/.local/state. Owned by the caller; NULL with err set.
 */
char *vgpu_backup_place(struct base_error *err);

/*
 * Saves a definition of the domain (its UUID in lower case) below `place`, and
 * makes missing directories. The file is there whole or not at all. Returns its
 * path, owned by the caller, or NULL with err set.
 */
char *vgpu_backup_save(const char *place, const char *uuid, const char *xml,
		       struct base_error *err);

/*
 * Lists the backups of a domain; it is not an error if there are none. Returns 0 or
 * -1; finish them either way.
 */
int vgpu_backups_init(struct vgpu_backups *backups, const char *place, const char *uuid,
		      struct base_error *err);

/* Takes NULL and zeroed backups. */
void vgpu_backups_finish(struct vgpu_backups *backups);

BASE_DEFINE_CLEANUP(vgpu_backups, struct vgpu_backups, vgpu_backups_finish)

#endif
