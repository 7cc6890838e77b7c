/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_MAILBOX_H
#define DISPLAY_MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "display/mailbox/status.h"
#include "display/picture/cursor.h"
#include "display/picture/frame.h"
#include "display/picture/rect.h"
#include "vgpu/base/error.h"

/*
 * What the sources report to the window. Only the newest counts: a frame that was not taken
 * in time is replaced, and damage is merged. Sources call the put functions from any thread;
 * the main thread takes. Putting and taking do not allocate.
 *
 * There are two sources: QEMU, and the vGPU's planes, which are read beside it. While the
 * planes have a picture, it is shown; QEMU's newest picture is kept for the time when they
 * have none.
 */
struct display_mailbox;

/*
 * How long the last picture stays after a Disable. QEMU sends Disable when it releases an
 * old buffer, even while another one is on the screen.
 */
#define DISPLAY_HOLD_MS 300

/* When the guest showed a plane, as far as its source can tell. */
struct display_flip {
	uint64_t number;  /* counts all flips of the guest; some may never arrive here */
	uint64_t seen_ns; /* CLOCK_MONOTONIC */
};

/* What changed since the last take; the taker owns frame, cursor and error. */
struct display_update {
	bool has_frame;
	struct display_frame frame;
	struct display_rect damage; /* of the newest frame; empty: none */
	bool damage_follows;	    /* QEMU will report in a moment that the frame is drawn */
	bool direct;		    /* the planes are shown, not QEMU's picture */
	struct display_flip flip;   /* of a frame of planes; 0: not known */
	bool blank;		    /* the guest has no picture any more */
	bool has_cursor;
	struct display_cursor cursor;
	bool has_pointer;
	int32_t pointer_x, pointer_y; /* of its corner; pixels of the guest's picture */
	bool pointer_visible;	      /* false: the guest hides its cursor */
	bool has_status, has_wait;
	bool ended; /* nothing follows */
	struct display_status status;
	struct display_wait wait; /* who is waited for now; peer NONE: nobody */
	struct base_error error;  /* set if it ended with an error */
};

void display_update_finish(struct display_update *update);

/*
 * wake is called when there is something to take, once until it is taken. It is called on
 * the putting thread, without any lock held. NULL and err when memory is short.
 */
struct display_mailbox *display_mailbox_create(void (*wake)(void *data), void *data,
					       struct base_error *err);
void display_mailbox_destroy(struct display_mailbox *mailbox); /* takes NULL */

/*
 * The `now` of the functions below is display_clock_ms().
 *
 * Puts QEMU's picture. The frame is moved out of *frame; it must have passed
 * display_frame_check.
 */
void display_mailbox_put_frame(struct display_mailbox *mailbox, struct display_frame *frame);

/* QEMU's current frame changed within `damage`, which must fit in it. */
void display_mailbox_put_damage(struct display_mailbox *mailbox, const struct display_rect *damage);

void display_mailbox_put_disable(struct display_mailbox *mailbox, int64_t now);

/*
 * Puts a plane's picture, moved out of *frame, which must have passed display_frame_check.
 * From now on QEMU's pictures are held back.
 */
void display_mailbox_put_plane(struct display_mailbox *mailbox, struct display_frame *frame,
			       const struct display_flip *flip);

/*
 * The planes have no picture, or cannot be read any more. QEMU's picture is shown from `at`
 * on, unless a plane's picture comes before.
 */
void display_mailbox_put_no_plane(struct display_mailbox *mailbox, int64_t at);

/* Moves *cursor in. */
void display_mailbox_put_cursor(struct display_mailbox *mailbox, struct display_cursor *cursor);

/* Where the guest's pointer is, in pixels of its picture; any value is possible. */
void display_mailbox_put_pointer(struct display_mailbox *mailbox, int32_t x, int32_t y,
				 bool visible);

/* What is known about the VM now; only the newest status counts. */
void display_mailbox_put_status(struct display_mailbox *mailbox,
				const struct display_status *status);

/* Whose answer is waited for now, and since when; only the newest counts. */
void display_mailbox_put_wait(struct display_mailbox *mailbox, const struct display_wait *wait);

/*
 * Nothing follows; later ends are ignored. Moves *err in if it is set; err may be NULL,
 * which means an end without an error.
 */
void display_mailbox_put_end(struct display_mailbox *mailbox, struct base_error *err);

/*
 * Prepares for another run of the VM: pictures, pointer and end that were not taken are
 * dropped. No other thread may put those meanwhile.
 */
void display_mailbox_reopen(struct display_mailbox *mailbox);

/*
 * Replaces the picture and the pointer by those in `next`, in one step; `next` is empty
 * afterwards. No other thread may put those into either mailbox meanwhile.
 */
void display_mailbox_replace(struct display_mailbox *mailbox, struct display_mailbox *next);

/* Whether there is a picture to take. */
bool display_mailbox_has_picture(struct display_mailbox *mailbox);

/* Fills *update, which the caller finishes, with everything that is new. */
void display_mailbox_take(struct display_mailbox *mailbox, int64_t now,
			  struct display_update *update);

/* Milliseconds until take has something without a wake; -1: never. */
int display_mailbox_timeout(struct display_mailbox *mailbox, int64_t now);

#endif
