/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_RESIZE_H
#define DISPLAY_RESIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "display/mailbox/input.h"

/*
 * Makes the guest's screen follow the window. When the window has kept a size for a moment,
 * the guest is asked for that size through the EDID that QEMU gives it. Times are
 * display_clock_ms(). Main thread only.
 */
struct display_resize {
	struct display_input *input;	   /* borrowed; NULL: the guest is not asked */
	uint32_t max_width, max_height;	   /* limit of the vGPU's type, in pixels; 0: not known */
	int32_t width, height;		   /* of the window, as last seen */
	int32_t asked_width, asked_height; /* the size asked for last; 0: none */
	int64_t since;			   /* since when the window has its size */
	bool has_asked;			   /* from then on the window's size is the user's choice */
	bool told;			   /* the user was told that the window is too large */
};

/* If input is NULL, the guest is never asked. */
void display_resize_init(struct display_resize *resize, struct display_input *input);

/*
 * A VM starts, which does not know what was asked for before. vgpu: the UUID of the vGPU whose
 * type limits the size; may be empty.
 */
void display_resize_begin(struct display_resize *resize, const char *vgpu);

/* The guest chose this size, and the window will get it: there is nothing to ask for. */
void display_resize_set_guest(struct display_resize *resize, uint32_t width, uint32_t height,
			      int64_t now);

/* The window has this size, in screen pixels; scale: pixels per point. */
void display_resize_follow(struct display_resize *resize, int32_t width, int32_t height,
			   double scale, int64_t now);

/* Milliseconds until follow must be called again; -1: it need not be. */
int display_resize_timeout(const struct display_resize *resize, int64_t now);

/*
 * Reads the line `resolution: 1920x1200` of a type's description, as i915 writes it
 * (drivers/gpu/drm/i915/gvt/kvmgt.c). False if there is no valid one.
 */
bool display_resize_parse(const char *description, uint32_t *width, uint32_t *height);

#endif
