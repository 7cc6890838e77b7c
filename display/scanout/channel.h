/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_CHANNEL_H
#define DISPLAY_SCANOUT_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "display/scanout/protocol.h"
#include "vgpu/base/error.h"

/* Requests in a second; a viewer says TAKEN for each flip and little else. */
#define SCANOUT_REQUESTS_MAX 4000u

/* The socket to the viewer. Nothing here waits for it. */
struct scanout_channel {
	int fd;		 /* not owned */
	uint64_t second; /* in which requests are counted; CLOCK_MONOTONIC */
	uint32_t count;
};

enum scanout_receive {
	SCANOUT_RECEIVED,
	SCANOUT_NOTHING, /* there is no request now */
	SCANOUT_CLOSED,	 /* the viewer is gone */
	SCANOUT_LIED,	 /* err says what no viewer does: the connection is to end */
};

/* The next request, of a size and kind that the protocol has. */
enum scanout_receive scanout_channel_receive(struct scanout_channel *channel,
					     struct scanout_request *request,
					     struct base_error *err);

/* Checks that it is an OPEN that can be tried. err is for the viewer. */
int scanout_request_check_open(const struct scanout_request *request, struct base_error *err);

/*
 * fd: -1, or one that goes along and stays the caller's. -1 with errno; EAGAIN if the
 * viewer let packets pile up, which the protocol does not allow it.
 */
int scanout_channel_send(const struct scanout_channel *channel, const struct scanout_reply *reply,
			 int fd);

/* A reply of that kind with a text, which is cut to what a reply holds. */
void scanout_channel_tell(const struct scanout_channel *channel, enum scanout_reply_kind kind,
			  const char *text);

#endif
