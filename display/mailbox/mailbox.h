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
 * What the sources have to say to the window, newest first: a frame that was
 * not taken in time is replaced, damage adds up. Sources call the put functions
 * from any thread; the main thread takes. Nothing here allocates.
 *
 * There are two sources: QEMU, and the vGPU's planes read beside it. While the
 * planes have a picture it is the one that is shown; QEMU's newest is held for
 * the time when they have none any more.
 */
struct display_mailbox;

/*
 * A vGPU that changes its buffer is disabled for a moment: QEMU sends Disable
 * when it releases an old buffer, also while another one is on screen. The
 * last picture stays this long.
 */
#define DISPLAY_HOLD_MS 300

/* When the guest showed a plane, as far as its source can tell. */
struct display_flip {
	uint64_t number;  /* counts all the guest's flips; some may never get here */
	uint64_t seen_ns; /* CLOCK_MONOTONIC */
};

/* What changed since the last take; the taker owns frame, cursor and error. */
struct display_update {
	bool has_frame;
	struct display_frame frame;
	struct display_rect damage; /* of the newest frame; empty: none */
	bool damage_follows;	    /* QEMU says in a moment that the frame is drawn */
	bool direct;		    /* planes are shown, not what QEMU hands out */
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
	struct display_wait wait; /* whose answer is waited for now; peer NONE: nobody's */
	struct base_error error;  /* set if it ended badly */
};

void display_update_finish(struct display_update *update);

/*
 * wake is called when there is something to take, once until it is taken, on
 * the putting thread and outside of any lock. NULL and err when memory is
 * short.
 */
struct display_mailbox *display_mailbox_create(void (*wake)(void *data), void *data,
					       struct base_error *err);
void display_mailbox_destroy(struct display_mailbox *mailbox); /* takes NULL */

/*
 * The `now` of the functions below is display_clock_ms().
 *
 * QEMU's picture, its damage and its Disable. The frame is moved out of *frame;
 * it must have passed display_frame_check.
 */
void display_mailbox_put_frame(struct display_mailbox *mailbox, struct display_frame *frame);

/* The current frame's content changed within `damage`, which must fit in it. */
void display_mailbox_put_damage(struct display_mailbox *mailbox, const struct display_rect *damage);

void display_mailbox_put_disable(struct display_mailbox *mailbox, int64_t now);

/*
 * A plane's picture, moved out of *frame, which must have passed
 * display_frame_check. From now on QEMU's pictures are held back.
 */
void display_mailbox_put_plane(struct display_mailbox *mailbox, struct display_frame *frame,
			       const struct display_flip *flip);

/*
 * The planes have no picture, or cannot be read any more: unless one comes
 * before `at`, QEMU's is shown from then on.
 */
void display_mailbox_put_no_plane(struct display_mailbox *mailbox, int64_t at);

/* Moves *cursor in. */
void display_mailbox_put_cursor(struct display_mailbox *mailbox, struct display_cursor *cursor);

/* Where the guest has its pointer, in pixels of its picture: anything may come. */
void display_mailbox_put_pointer(struct display_mailbox *mailbox, int32_t x, int32_t y,
				 bool visible);

/* What is known of the VM now; the newest one counts. */
void display_mailbox_put_status(struct display_mailbox *mailbox,
				const struct display_status *status);

/* Whose answer is waited for now, and since when; the newest one counts. */
void display_mailbox_put_wait(struct display_mailbox *mailbox, const struct display_wait *wait);

/*
 * The last thing to say; later ends are ignored. Moves *err in if it is set;
 * err may be NULL: a good end.
 */
void display_mailbox_put_end(struct display_mailbox *mailbox, struct base_error *err);

/*
 * What comes next is of another run of the VM: pictures, pointer and end that were not
 * taken are dropped. While nobody else puts those.
 */
void display_mailbox_reopen(struct display_mailbox *mailbox);

/*
 * The picture and the pointer that came to `next` take the place of the mailbox's own,
 * at once; `next` is empty after it. While nobody else puts those here or there.
 */
void display_mailbox_replace(struct display_mailbox *mailbox, struct display_mailbox *next);

/* Whether a picture is there to be taken. */
bool display_mailbox_has_picture(struct display_mailbox *mailbox);

/* Fills *update (to be finished by the caller) with all that is new. */
void display_mailbox_take(struct display_mailbox *mailbox, int64_t now,
			  struct display_update *update);

/* Milliseconds until take has something without a wake; -1 if there is none. */
int display_mailbox_timeout(struct display_mailbox *mailbox, int64_t now);

#endif
