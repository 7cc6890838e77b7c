/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_PROTOCOL_H
#define DISPLAY_SCANOUT_PROTOCOL_H

#include <stdint.h>

#include "vgpu/base/name.h"

/*
 * The protocol between vgpu-display and its helper vgpu-scanout, on one machine, over a
 * socket of type SOCK_SEQPACKET. Each packet is exactly one of the two structs below, in the
 * machine's byte order. Anything else ends the connection, and so does a peer that is gone.
 *
 * The viewer opens one vGPU of one domain. From then on the helper looks at the vGPU's
 * primary plane, every interval_us if a change is awaited and less often otherwise (pace.h),
 * and sends the plane when it has changed. When the user does something, the viewer sends
 * SCANOUT_INPUT, at most once in 20 ms, because the guest may respond to it. Only one plane
 * is under way at a time: the next one, which is then the newest, follows after the viewer has
 * sent SCANOUT_TAKEN. So no queue builds up for a viewer that stalls, and the helper never
 * waits for a viewer.
 */
#define SCANOUT_SOCKET	"/run/vgpu-scanout.sock"
#define SCANOUT_VERSION 2

/* The interval between looks while a flip is awaited; microseconds. */
#define SCANOUT_INTERVAL_MIN_US	    100
#define SCANOUT_INTERVAL_DEFAULT_US 500
#define SCANOUT_INTERVAL_MAX_US	    1000000

enum scanout_request_kind {
	SCANOUT_OPEN = 1, /* the first request, sent once: version, domain, vgpu */
	SCANOUT_TAKEN,	  /* the last plane was taken: the next may come */
	SCANOUT_PACE,	  /* interval_us from now on; 0: do not look until told otherwise */
	SCANOUT_FORGET,	  /* buffer was dropped: send it with its fd if it comes back */
	SCANOUT_INPUT,	  /* the user did something: await a change */
};

struct scanout_request {
	uint32_t kind; /* enum scanout_request_kind */
	uint32_t version;
	uint32_t interval_us;
	uint32_t buffer;
	char domain[BASE_UUID_SIZE]; /* in lower case, with the NUL */
	char vgpu[BASE_UUID_SIZE];
};

enum scanout_reply_kind {
	SCANOUT_OPENED = 1, /* the vGPU was found: planes follow */
	SCANOUT_REFUSED,    /* text says why; the connection ends */
	SCANOUT_PLANE,	    /* plane; with one fd if the viewer does not have its buffer */
	SCANOUT_GONE,	    /* the VM released the vGPU, or ended; the connection ends */
};

/* A primary plane (struct vfio_device_gfx_plane_info, linux/vfio.h). */
struct scanout_plane {
	/*
	 * The buffer's number on this connection, from 1. A number is never used for two
	 * different buffers or layouts. 0: the guest shows no picture, and the description of
	 * the plane is 0, too.
	 */
	uint32_t buffer;
	uint32_t fourcc; /* DRM_FORMAT_* */
	uint64_t modifier;
	uint32_t width, height; /* pixels */
	uint32_t stride;	/* bytes */
	uint32_t x, y;		/* where the picture is in the buffer; pixels */
	uint32_t reserved;
	uint64_t size;	  /* of the dma-buf; bytes */
	uint64_t flips;	  /* changes seen since SCANOUT_OPENED, including this one */
	uint64_t seen_ns; /* when this one was seen; CLOCK_MONOTONIC */
};

struct scanout_reply {
	uint32_t kind; /* enum scanout_reply_kind */
	uint32_t reserved;
	union {
		struct scanout_plane plane;
		char text[256]; /* one line, with the NUL */
	};
};

#endif
