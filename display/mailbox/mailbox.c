/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/mailbox/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "display/picture/clock.h"

struct display_mailbox {
	pthread_mutex_t lock;
	void (*wake)(void *data);
	void *wake_data;
	bool woken;		       /* since the last take */
	struct display_update pending; /* what the next take gets */
	int64_t blank_at;	       /* 0: not disabled */
	bool direct;		       /* planes are shown */
	int64_t leave_at;	    /* when QEMU's picture comes back; 0: planes have a picture */
	struct display_frame qemus; /* QEMU's newest, kept for when the planes have none */
	bool disabled;		    /* QEMU shows nothing */
};

static const struct display_update nothing = { .frame = DISPLAY_FRAME_INIT };

void display_update_finish(struct display_update *update)
{
	display_frame_finish(&update->frame);
	display_cursor_finish(&update->cursor);
	base_error_finish(&update->error);
	*update = nothing;
}

struct display_mailbox *display_mailbox_create(void (*wake)(void *data), void *data,
					       struct base_error *err)
{
	struct display_mailbox *mailbox = calloc(1, sizeof(*mailbox));

	if (mailbox == NULL) {
		base_error_errno(err, ENOMEM, "cannot start");
		return NULL;
	}
	pthread_mutex_init(&mailbox->lock, NULL);
	mailbox->wake = wake;
	mailbox->wake_data = data;
	mailbox->pending = nothing;
	mailbox->qemus = (struct display_frame)DISPLAY_FRAME_INIT;
	return mailbox;
}

void display_mailbox_destroy(struct display_mailbox *mailbox)
{
	if (mailbox == NULL)
		return;
	display_update_finish(&mailbox->pending);
	display_frame_finish(&mailbox->qemus);
	pthread_mutex_destroy(&mailbox->lock);
	free(mailbox);
}

static void unlock_and_wake(struct display_mailbox *mailbox)
{
	bool wake = !mailbox->woken;

	mailbox->woken = true;
	pthread_mutex_unlock(&mailbox->lock);
	if (wake)
		mailbox->wake(mailbox->wake_data);
}

/* Makes *frame the frame to be taken next; returns the old one, which was not taken. */
static struct display_frame replace(struct display_mailbox *mailbox, struct display_frame *frame)
{
	struct display_frame old = display_frame_take(&mailbox->pending.frame);

	mailbox->pending.frame = display_frame_take(frame);
	mailbox->pending.has_frame = true;
	mailbox->pending.damage = (struct display_rect){
		.width = (int32_t)mailbox->pending.frame.width,
		.height = (int32_t)mailbox->pending.frame.height,
	};
	mailbox->pending.damage_follows = false;
	mailbox->pending.flip = (struct display_flip){ 0 };
	mailbox->pending.blank = false;
	mailbox->blank_at = 0;
	return old;
}

void display_mailbox_put_frame(struct display_mailbox *mailbox, struct display_frame *frame)
{
	struct display_frame copy = display_frame_copy(frame);
	struct display_frame old = DISPLAY_FRAME_INIT, before;

	pthread_mutex_lock(&mailbox->lock);
	before = display_frame_take(&mailbox->qemus);
	mailbox->qemus = copy;
	mailbox->disabled = false;
	if (mailbox->direct) {
		pthread_mutex_unlock(&mailbox->lock);
	} else {
		old = replace(mailbox, frame);
		/* QEMU sends a dma-buf's scanout before its update (ui/dbus-listener.c). */
		mailbox->pending.damage_follows =
			mailbox->pending.frame.kind == DISPLAY_FRAME_DMABUF;
		unlock_and_wake(mailbox);
	}
	display_frame_finish(frame);
	display_frame_finish(&before);
	display_frame_finish(&old);
}

void display_mailbox_put_damage(struct display_mailbox *mailbox, const struct display_rect *damage)
{
	pthread_mutex_lock(&mailbox->lock);
	mailbox->disabled = false;
	if (mailbox->direct) {
		pthread_mutex_unlock(&mailbox->lock);
		return;
	}
	mailbox->pending.damage = display_rect_union(&mailbox->pending.damage, damage);
	mailbox->pending.damage_follows = false;
	mailbox->pending.blank = false;
	mailbox->blank_at = 0;
	unlock_and_wake(mailbox);
}

void display_mailbox_put_disable(struct display_mailbox *mailbox, int64_t now)
{
	pthread_mutex_lock(&mailbox->lock);
	mailbox->disabled = true;
	if (mailbox->direct) {
		pthread_mutex_unlock(&mailbox->lock);
		return;
	}
	if (mailbox->blank_at == 0)
		mailbox->blank_at = now + DISPLAY_HOLD_MS;
	unlock_and_wake(mailbox);
}

void display_mailbox_put_plane(struct display_mailbox *mailbox, struct display_frame *frame,
			       const struct display_flip *flip)
{
	struct display_frame old;

	pthread_mutex_lock(&mailbox->lock);
	mailbox->leave_at = 0;
	old = replace(mailbox, frame);
	mailbox->pending.flip = *flip;
	mailbox->direct = true;
	unlock_and_wake(mailbox);
	display_frame_finish(&old);
}

void display_mailbox_put_no_plane(struct display_mailbox *mailbox, int64_t at)
{
	pthread_mutex_lock(&mailbox->lock);
	if (!mailbox->direct || (mailbox->leave_at != 0 && mailbox->leave_at <= at)) {
		pthread_mutex_unlock(&mailbox->lock);
		return;
	}
	mailbox->leave_at = at;
	unlock_and_wake(mailbox);
}

void display_mailbox_put_cursor(struct display_mailbox *mailbox, struct display_cursor *cursor)
{
	struct display_cursor old;

	pthread_mutex_lock(&mailbox->lock);
	old = mailbox->pending.cursor;
	mailbox->pending.cursor = *cursor;
	*cursor = (struct display_cursor){ 0 };
	mailbox->pending.has_cursor = true;
	unlock_and_wake(mailbox);
	display_cursor_finish(&old);
}

void display_mailbox_put_pointer(struct display_mailbox *mailbox, int32_t x, int32_t y,
				 bool visible)
{
	pthread_mutex_lock(&mailbox->lock);
	mailbox->pending.has_pointer = true;
	mailbox->pending.pointer_x = x;
	mailbox->pending.pointer_y = y;
	mailbox->pending.pointer_visible = visible;
	unlock_and_wake(mailbox);
}

void display_mailbox_put_status(struct display_mailbox *mailbox,
				const struct display_status *status)
{
	pthread_mutex_lock(&mailbox->lock);
	mailbox->pending.has_status = true;
	mailbox->pending.status = *status;
	unlock_and_wake(mailbox);
}

void display_mailbox_put_wait(struct display_mailbox *mailbox, const struct display_wait *wait)
{
	pthread_mutex_lock(&mailbox->lock);
	mailbox->pending.has_wait = true;
	mailbox->pending.wait = *wait;
	unlock_and_wake(mailbox);
}

void display_mailbox_put_end(struct display_mailbox *mailbox, struct base_error *err)
{
	pthread_mutex_lock(&mailbox->lock);
	if (!mailbox->pending.ended && err != NULL) {
		mailbox->pending.error = *err;
		*err = (struct base_error){ 0 };
	}
	mailbox->pending.ended = true;
	unlock_and_wake(mailbox);
}

/* Goes back to QEMU's picture. */
static void leave_planes(struct display_mailbox *mailbox)
{
	struct display_frame copy = display_frame_copy(&mailbox->qemus);
	struct display_frame old = DISPLAY_FRAME_INIT;

	mailbox->direct = false;
	mailbox->leave_at = 0;
	if (copy.kind != DISPLAY_FRAME_NONE)
		old = replace(mailbox, &copy);
	mailbox->pending.blank = mailbox->disabled;
	display_frame_finish(&old);
}

/* The part of the mailbox that depends on what the guest shows, without the VM's status. */
struct shown {
	struct display_update pending;
	struct display_frame qemus;
	int64_t blank_at;
	bool disabled;
};

static struct shown exchange(struct display_mailbox *mailbox, const struct shown *shown)
{
	struct shown old = { mailbox->pending, mailbox->qemus, mailbox->blank_at,
			     mailbox->disabled };

	mailbox->pending = shown->pending;
	mailbox->pending.has_status = old.pending.has_status;
	mailbox->pending.status = old.pending.status;
	mailbox->pending.has_wait = old.pending.has_wait;
	mailbox->pending.wait = old.pending.wait;
	mailbox->qemus = shown->qemus;
	mailbox->blank_at = shown->blank_at;
	mailbox->disabled = shown->disabled;
	mailbox->direct = false;
	mailbox->leave_at = 0;
	return old;
}

static struct shown show_nothing(struct display_mailbox *mailbox)
{
	const struct shown empty = { nothing, DISPLAY_FRAME_INIT, 0, false };
	struct shown old;

	pthread_mutex_lock(&mailbox->lock);
	old = exchange(mailbox, &empty);
	pthread_mutex_unlock(&mailbox->lock);
	return old;
}

void display_mailbox_reopen(struct display_mailbox *mailbox)
{
	struct shown old = show_nothing(mailbox);

	display_update_finish(&old.pending);
	display_frame_finish(&old.qemus);
}

void display_mailbox_replace(struct display_mailbox *mailbox, struct display_mailbox *next)
{
	struct shown shown = show_nothing(next), old;

	pthread_mutex_lock(&mailbox->lock);
	old = exchange(mailbox, &shown);
	/* The end and its error do not depend on the picture, so they stay. */
	mailbox->pending.ended = old.pending.ended;
	mailbox->pending.error = old.pending.error;
	old.pending.error = (struct base_error){ 0 };
	unlock_and_wake(mailbox);
	display_update_finish(&old.pending);
	display_frame_finish(&old.qemus);
}

bool display_mailbox_has_picture(struct display_mailbox *mailbox)
{
	bool has;

	pthread_mutex_lock(&mailbox->lock);
	has = mailbox->pending.has_frame;
	pthread_mutex_unlock(&mailbox->lock);
	return has;
}

void display_mailbox_take(struct display_mailbox *mailbox, int64_t now,
			  struct display_update *update)
{
	pthread_mutex_lock(&mailbox->lock);
	if (mailbox->leave_at != 0 && now >= mailbox->leave_at)
		leave_planes(mailbox);
	if (mailbox->blank_at != 0 && now >= mailbox->blank_at) {
		mailbox->pending.blank = true;
		mailbox->blank_at = 0;
	}
	*update = mailbox->pending;
	update->direct = mailbox->direct;
	mailbox->pending = nothing;
	mailbox->pending.ended = update->ended;
	mailbox->woken = false;
	pthread_mutex_unlock(&mailbox->lock);
}

int display_mailbox_timeout(struct display_mailbox *mailbox, int64_t now)
{
	int64_t at;

	pthread_mutex_lock(&mailbox->lock);
	at = mailbox->leave_at != 0 ? mailbox->leave_at : mailbox->blank_at;
	pthread_mutex_unlock(&mailbox->lock);
	if (at == 0)
		return -1;
	return at > now ? (int)(at - now) : 0;
}
