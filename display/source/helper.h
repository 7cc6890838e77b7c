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
	pid_t child;	    /* that is waited for in the end; 0: systemd's */
	const char *advice; /* how to have systemd's, to follow an error of our own one's */
};

#define DISPLAY_HELPER_INIT                                                                        \
	{                                                                                          \
		.fd = -1, .advice = ""                                                             \
	}

/* How long systemd's helper is waited for; milliseconds. */
#define DISPLAY_HELPER_DIAL_MS 500

/*
 * Connects to the helper that systemd starts, at VGPU_SCANOUT_SOCKET or else
 * SCANOUT_SOCKET; where there is none for us, to one of our own, which may look
 * into our own QEMUs if the kernel lets it (/proc/sys/kernel/yama/ptrace_scope).
 * -1 and err if there is neither.
 */
int display_helper_connect(struct display_helper *helper, struct base_error *err);

/*
 * A number that is another one when connecting to systemd's helper may have another
 * outcome: its socket came, went or was given to another group.
 */
uint64_t display_helper_look(void);

/* Hangs up, and waits for a helper of our own; takes one that is not connected. */
void display_helper_finish(struct display_helper *helper);

BASE_DEFINE_CLEANUP(display_helper, struct display_helper, display_helper_finish)

/*
 * Sends one request and does not wait for room; -1 and err if it cannot be sent. To a
 * helper that hung up it is not sent, and what that one said last is still to be heard.
 */
int display_helper_send(int fd, const struct scanout_request *request, struct base_error *err);

/*
 * Takes one reply that is there. *plane_fd is what came with it, the caller's, or
 * -1. 1; 0 if the helper hung up; -1 and err for anything that is no reply.
 */
int display_helper_receive(int fd, struct scanout_reply *reply, int *plane_fd,
			   struct base_error *err);

#endif
