/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_RESIZE_H
#define DISPLAY_RESIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "display/mailbox/input.h"

/*
 * The guest's screen follows the window: a size that the window keeps for a moment
 * is asked for, by the EDID that QEMU gives the guest. Times are display_clock_ms().
 * Main thread only.
 */
struct display_resize {
	struct display_input *input;	   /* borrowed; NULL: the guest is not asked */
	uint32_t max_width, max_height;	   /* pixels that the vGPU can have; 0: not known */
	int32_t width, height;		   /* of the window, lately */
	int32_t asked_width, asked_height; /* 0: nothing */
	int64_t since;			   /* nothing is asked for sooner than a moment later */
	bool has_asked;			   /* the window's size is its user's from then on */
	bool told;			   /* that the window is too large; so once */
};

/* input NULL: it never asks. */
void display_resize_init(struct display_resize *resize, struct display_input *input);

/*
 * A VM starts: what was asked for before it does not know. vgpu: the UUID whose type
 * limits the size; may be empty.
 */
void display_resize_begin(struct display_resize *resize, const char *vgpu);

/* The guest has this size by itself, and the window shall get it: nothing to ask for. */
void display_resize_set_guest(struct display_resize *resize, uint32_t width, uint32_t height,
			      int64_t now);

/* The window has this size, in pixels of the screen; scale: how many a point has. */
void display_resize_follow(struct display_resize *resize, int32_t width, int32_t height,
			   double scale, int64_t now);

/* Milliseconds until follow is to be called again; -1: it need not be. */
int display_resize_timeout(const struct display_resize *resize, int64_t now);

/*
 * The line `resolution: 1920x1200` of a type's description, as i915 writes it
 * (drivers/gpu/drm/i915/gvt/kvmgt.c). False if there is none that makes sense.
 */
bool display_resize_parse(const char *description, uint32_t *width, uint32_t *height);

#endif
