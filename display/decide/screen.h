/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCREEN_H
#define DISPLAY_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "display/mailbox/mailbox.h"

/* What an update has made different: a set of these. */
enum display_screen_change {
	DISPLAY_SCREEN_FRAME = 1 << 0,	/* there is a new frame, which the update owns */
	DISPLAY_SCREEN_DAMAGE = 1 << 1, /* the content of the frame that was there is new */
	DISPLAY_SCREEN_BLANK = 1 << 2,	/* the guest has begun, or ceased, to show a picture */
	DISPLAY_SCREEN_FIRST = 1 << 3,	/* the frame is the first one since the screen began */
	DISPLAY_SCREEN_WHOLE = 1 << 4,	/* a picture that was awaited in parts is whole now */
};

/*
 * What the guest shows now, as its sources have said. It takes the mailbox's updates
 * and says what they change. Pure: it reads no clock, draws nothing and knows no
 * window. Times are nanoseconds of CLOCK_MONOTONIC, sizes pixels of the guest.
 */
struct display_screen {
	uint32_t width, height;	  /* of the newest frame; 0: none came yet */
	bool blank;		  /* the guest shows no picture */
	bool from_planes;	  /* the newest frame is a plane of the vGPU */
	bool in_parts;		  /* it is pixels of QEMU's, which come part by part */
	bool had_dmabuf;	  /* a frame was a dma-buf, as a vGPU's are */
	bool flips;		  /* the guest has flipped since the screen began */
	struct display_flip flip; /* of the newest frame; number 0: not known */
	int64_t began, first;	  /* the screen, and its first picture; 0: none yet */
	int64_t changed;	  /* the last new content */
	int64_t damage_by;	  /* when its damage is waited for no longer; 0: it is whole */
	uint64_t pictures;	  /* how many different ones there were */
};

/* A VM, or another screen of it, begins: nothing is shown yet. */
void display_screen_begin(struct display_screen *screen, int64_t now);

/* Returns what is different; the update keeps all that it owns. */
unsigned int display_screen_take(struct display_screen *screen, const struct display_update *update,
				 int64_t now);

/* Since when the picture has stood still. A frame that does not come in parts always has. */
int64_t display_screen_still_since(const struct display_screen *screen);

#endif
