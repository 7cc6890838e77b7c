/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_STATUS_H
#define DISPLAY_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "vgpu/base/name.h"

#define DISPLAY_STATUS_TITLE_SIZE 256 /* bytes, with the NUL */

/* What is known of the VM, in the order in which it usually comes. */
enum display_state {
	DISPLAY_STATE_LOOKING,	/* for it: nothing is known yet */
	DISPLAY_STATE_STARTING, /* libvirt starts it, as --start wishes */
	DISPLAY_STATE_WAITING,	/* for the run that is to be shown */
	DISPLAY_STATE_FOUND,	/* it runs; its display is not taken yet */
	DISPLAY_STATE_SHOWN,	/* it runs; its pictures come */
	DISPLAY_STATE_AWAY,	/* it is not running any more, and waited for */
};

/* The VM as its source knows it: a plain value. */
struct display_status {
	enum display_state state;
	bool runs;			       /* the VM does, as far as is known */
	char title[DISPLAY_STATUS_TITLE_SIZE]; /* its name, for people; UTF-8 */
	unsigned int run;		       /* counts the connections to its display; SHOWN */
	unsigned int screen, screens; /* the one that is shown, from 1 on, and all; SHOWN */
	uint32_t width, height;	      /* a first guess at its picture; pixels; SHOWN */
	char vgpu[BASE_UUID_SIZE];    /* whose screen it is; empty: no vGPU's, or not known */
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
