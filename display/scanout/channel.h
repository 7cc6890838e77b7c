/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_CHANNEL_H
#define DISPLAY_SCANOUT_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "display/scanout/protocol.h"
#include "vgpu/base/error.h"

/* The most requests in a second; a viewer sends TAKEN for each flip and little else. */
#define SCANOUT_REQUESTS_MAX 4000u

/* The socket to the viewer. No function here waits for the viewer. */
struct scanout_channel {
	int fd;		 /* not owned */
	uint64_t second; /* in which the requests are counted; CLOCK_MONOTONIC */
	uint32_t count;	 /* requests in that second */
};

enum scanout_receive {
	SCANOUT_RECEIVED,
	SCANOUT_NOTHING, /* there is no request now */
	SCANOUT_CLOSED,	 /* the viewer is gone */
	SCANOUT_LIED,	 /* err says how it broke the protocol: end the connection */
};

/* Receives the next request and checks its size and kind. */
enum scanout_receive scanout_channel_receive(struct scanout_channel *channel,
					     struct scanout_request *request,
					     struct base_error *err);

/* Checks that it is a valid OPEN. -1 and err, which is sent to the viewer, if not. */
int scanout_request_check_open(const struct scanout_request *request, struct base_error *err);

/*
 * Sends a reply. fd: -1, or an fd to send with it, which stays the caller's. -1 with errno
 * on failure; EAGAIN if the viewer let packets pile up, which the protocol forbids.
 */
int scanout_channel_send(const struct scanout_channel *channel, const struct scanout_reply *reply,
			 int fd);

/* Sends a reply of that kind with a text, which is cut to the size of a reply. */
void scanout_channel_tell(const struct scanout_channel *channel, enum scanout_reply_kind kind,
			  const char *text);

#endif
