/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_HELPER_H
#define DISPLAY_HELPER_H

#include <sys/types.h>

#include "display/scanout/protocol.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/error.h"

/*
 * The viewer's end of a connection to vgpu-scanout, which reads a vGPU's planes
 * for it (display/scanout/protocol.h).
 */

struct display_helper {
	int fd;		    /* owned; -1: not connected */
	pid_t child;	    /* the viewer's own helper, to be waited for; 0: systemd's helper */
	const char *advice; /* how to get systemd's helper; added to an error of our own one */
};

#define DISPLAY_HELPER_INIT                                                                        \
	{                                                                                          \
		.fd = -1, .advice = ""                                                             \
	}

/* How long to wait for systemd's helper; milliseconds. */
#define DISPLAY_HELPER_DIAL_MS 500

/*
 * Connects to the helper that systemd starts, at VGPU_SCANOUT_SOCKET or else SCANOUT_SOCKET. If
 * it cannot be reached, starts one as this user, which can read the planes of this user's own
 * QEMUs if the kernel allows it (/proc/sys/kernel/yama/ptrace_scope). -1 and err if both fail.
 */
int display_helper_connect(struct display_helper *helper, struct base_error *err);

/*
 * A number that changes when connecting to systemd's helper may have another result, because
 * its socket appeared, disappeared or was given to another group.
 */
uint64_t display_helper_look(void);

/* Hangs up, ends the viewer's own helper and waits for it; takes one that is not connected. */
void display_helper_finish(struct display_helper *helper);

BASE_DEFINE_CLEANUP(display_helper, struct display_helper, display_helper_finish)

/*
 * Sends one request without waiting for room; -1 and err if it cannot be sent. Returns 0 if the
 * helper has hung up, because its last reply can still be received.
 */
int display_helper_send(int fd, const struct scanout_request *request, struct base_error *err);

/*
 * Receives one reply. *plane_fd is the fd that came with it, owned by the caller, or -1. Returns
 * 1; 0 if the helper hung up; -1 and err for anything that is not a reply.
 */
int display_helper_receive(int fd, struct scanout_reply *reply, int *plane_fd,
			   struct base_error *err);

#endif
