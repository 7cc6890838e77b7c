/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SLOT_H
#define DISPLAY_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "display/cursor.h"
#include "display/frame.h"
#include "display/rect.h"
#include "vgpu/base/error.h"

/*
 * What a source has to say to the window, newest first: a frame that was not
 * taken in time is replaced, damage adds up. Sources call the put functions
 * from any thread; the main thread takes. Nothing here allocates.
 */
struct display_slot;

/*
 * A vGPU that changes its buffer is disabled for a moment: QEMU sends Disable
 * when it releases an old buffer, also while another one is on screen. The
 * last picture stays this long.
 */
#define DISPLAY_SLOT_HOLD_MS 300

/* What changed since the last take; the taker owns frame, cursor and error. */
struct display_update {
	bool has_frame;
	struct display_frame frame;
	struct display_rect damage; /* of the newest frame; empty: none */
	bool blank;		    /* the guest has no picture any more */
	bool has_cursor;
	struct display_cursor cursor;
	bool has_pointer;
	bool pointer_visible;	 /* false: the guest hides its cursor */
	bool screenshot;	 /* somebody asked for one */
	bool ended;		 /* nothing follows */
	struct base_error error; /* set if it ended badly */
};

void display_update_finish(struct display_update *update);

/*
 * wake is called when there is something to take, once until it is taken, on
 * the putting thread and outside of any lock. NULL and err when memory is
 * short.
 */
struct display_slot *display_slot_create(void (*wake)(void *data), void *data,
					 struct base_error *err);
void display_slot_destroy(struct display_slot *slot); /* takes NULL */

/* Milliseconds of CLOCK_MONOTONIC; the `now` of the functions below. */
int64_t display_slot_now(void);

/* The frame is moved out of *frame; it must have passed display_frame_check. */
void display_slot_put_frame(struct display_slot *slot, struct display_frame *frame);

/* The current frame's content changed within `damage`, which must fit in it. */
void display_slot_put_damage(struct display_slot *slot, const struct display_rect *damage);

void display_slot_put_disable(struct display_slot *slot, int64_t now);

/* Moves *cursor in. */
void display_slot_put_cursor(struct display_slot *slot, struct display_cursor *cursor);

void display_slot_put_pointer(struct display_slot *slot, bool visible);

void display_slot_put_screenshot(struct display_slot *slot);

/*
 * The last thing to say; later ends are ignored. Moves *err in if it is set;
 * err may be NULL: a good end.
 */
void display_slot_put_end(struct display_slot *slot, struct base_error *err);

/* Fills *update (to be finished by the caller) with all that is new. */
void display_slot_take(struct display_slot *slot, int64_t now, struct display_update *update);

/* Milliseconds until take has something without a wake; -1 if there is none. */
int display_slot_timeout(struct display_slot *slot, int64_t now);

#endif
