/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/caller.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>

bool scanout_caller_has_group(gid_t group, gid_t first, const gid_t *others, size_t count)
{
	bool found = first == group;

	for (size_t i = 0; i < count; i++)
		found |= others[i] == group;
	return found;
}

/* Uses SO_PEERGROUPS (Linux 4.13). Owned by the caller; NULL with errno on failure. */
static gid_t *read_groups(int socket, size_t *count)
{
	socklen_t length = NGROUPS_MAX * sizeof(gid_t);
	BASE_AUTO(free) gid_t *groups = malloc(length);

	if (groups == NULL || getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0)
		return NULL;
	*count = length / sizeof(gid_t);
	return BASE_STEAL_PTR(groups);
}

int scanout_caller_read(struct scanout_caller *caller, int socket, struct base_error *err)
{
	const struct group *group = getgrnam(SCANOUT_GROUP);
	BASE_AUTO(free) gid_t *groups = NULL;
	struct ucred peer;
	socklen_t length = sizeof(peer);
	size_t count = 0;

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0 ||
	    length != sizeof(peer))
		return base_error_errno(err, errno, "cannot identify the viewer");
	groups = read_groups(socket, &count);
	if (groups == NULL)
		return base_error_errno(err, errno, "cannot read the groups of the viewer");
	*caller = (struct scanout_caller){
		.uid = peer.uid,
		.sees_system = group != NULL &&
			       scanout_caller_has_group(group->gr_gid, peer.gid, groups, count),
	};
	return 0;
}

bool scanout_caller_may_see(const struct scanout_caller *caller,
			    const struct scanout_process *process)
{
	if (caller->uid == 0)
		return true;
	if (process->is_system)
		return caller->sees_system;
	return process->uid == caller->uid;
}
