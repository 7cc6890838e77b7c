/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCREEN_H
#define DISPLAY_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "display/mailbox/mailbox.h"

/* What an update has changed: a set of these. */
enum display_screen_change {
	DISPLAY_SCREEN_FRAME = 1 << 0,	/* there is a new frame, which the update owns */
	DISPLAY_SCREEN_DAMAGE = 1 << 1, /* the current frame has new content */
	DISPLAY_SCREEN_BLANK = 1 << 2,	/* the guest has started or stopped showing a picture */
	DISPLAY_SCREEN_FIRST = 1 << 3,	/* the frame is the first one since the screen began */
	DISPLAY_SCREEN_WHOLE = 1 << 4,	/* damage_by has changed: decide again when to draw */
};

/*
 * What the guest shows now, as reported by the sources. It takes the mailbox's updates and
 * says what they change. Pure: it reads no clock, draws nothing and knows no window. Times
 * are nanoseconds of CLOCK_MONOTONIC, sizes are pixels of the guest.
 */
struct display_screen {
	uint32_t width, height;	  /* of the newest frame; 0: none came yet */
	bool blank;		  /* the guest shows no picture */
	bool from_planes;	  /* the newest frame is a plane of the vGPU */
	bool in_parts;		  /* the newest frame is QEMU's pixels, which come part by part */
	bool had_dmabuf;	  /* a frame was a dma-buf, as the vGPU's frames are */
	struct display_flip flip; /* of the newest frame; number 0: not known */
	int64_t began, first;	  /* when the screen began, and its first picture; 0: none yet */
	int64_t changed;	  /* when the last new content came */
	int64_t damage_by;	  /* until when to wait for its damage; 0: it is complete */
	uint64_t pictures;	  /* how many different pictures there were */
};

/* Begins with a VM, or with another screen of it: nothing is shown yet. */
void display_screen_begin(struct display_screen *screen, int64_t now);

/* Returns what has changed; the update keeps everything that it owns. */
unsigned int display_screen_take(struct display_screen *screen, const struct display_update *update,
				 int64_t now);

/* Since when the picture has not changed; 0 for a frame that does not come in parts. */
int64_t display_screen_still_since(const struct display_screen *screen);

#endif
