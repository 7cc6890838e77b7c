/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_STATUS_H
#define DISPLAY_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "vgpu/base/name.h"

#define DISPLAY_STATUS_TITLE_SIZE 256 /* bytes, with the NUL */

/* What is known about the VM, in the usual order. */
enum display_state {
	DISPLAY_STATE_LOOKING,	/* looking for it: nothing is known yet */
	DISPLAY_STATE_STARTING, /* libvirt is starting it, because of --start */
	DISPLAY_STATE_WAITING,	/* waiting for the run that should be shown */
	DISPLAY_STATE_FOUND,	/* it is running; its display is not connected yet */
	DISPLAY_STATE_SHOWN,	/* it is running; its pictures come */
	DISPLAY_STATE_AWAY,	/* it is not running any more; waiting for it to come back */
};

/* The VM as its source knows it: a plain value. */
struct display_status {
	enum display_state state;
	bool runs;			       /* the VM is running, as far as is known */
	char title[DISPLAY_STATUS_TITLE_SIZE]; /* its name, for people; UTF-8 */
	unsigned int run;		       /* counts the connections to its display; SHOWN */
	unsigned int screen, screens; /* number of the one shown, from 1, and of all; SHOWN */
	uint32_t width, height;	      /* a first guess at the picture's size; pixels; SHOWN */
	char vgpu[BASE_UUID_SIZE];    /* the screen's vGPU; empty: none, or not known */
};

/* Whose answer is waited for. */
enum display_peer {
	DISPLAY_PEER_NONE,
	DISPLAY_PEER_QEMU,
	DISPLAY_PEER_LIBVIRT,
};

struct display_wait {
	enum display_peer peer;
	int64_t since; /* display_clock_ms() */
};

#endif
