/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_CALLER_H
#define DISPLAY_SCANOUT_CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "display/scanout/process.h"
#include "vgpu/base/error.h"

/* The group whose members may see every VM of the system, as in libvirt. */
#define SCANOUT_GROUP "libvirt"

/* Who is at the other end of the socket, as reported by the kernel, not by the caller. */
struct scanout_caller {
	uid_t uid;
	bool sees_system; /* it was a member of SCANOUT_GROUP when it connected */
};

/* Asks the kernel and the group database. -1 and err on failure. */
int scanout_caller_read(struct scanout_caller *caller, int socket, struct base_error *err);

/* True if the group is the caller's first one or among its others. */
bool scanout_caller_has_group(gid_t group, gid_t first, const gid_t *others, size_t count);

/*
 * The only rule for who may see what: root may see all VMs, members of SCANOUT_GROUP those
 * of the system, and everybody their own.
 */
bool scanout_caller_may_see(const struct scanout_caller *caller,
			    const struct scanout_process *process);

#endif
