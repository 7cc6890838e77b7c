/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/mailbox/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "display/picture/clock.h"

struct display_slot {
	pthread_mutex_t lock;
	void (*wake)(void *data);
	void *wake_data;
	bool woken;		       /* since the last take */
	struct display_update pending; /* what the next take gets */
	int64_t blank_at;	       /* 0: not disabled */
	bool direct;		       /* planes are shown */
	int64_t leave_at;	       /* when QEMU's picture comes back; 0: planes have one */
	struct display_frame qemus;    /* QEMU's newest, taken or not: for when planes are gone */
	bool disabled;		       /* QEMU shows nothing */
};

static const struct display_update nothing = { .frame = DISPLAY_FRAME_INIT };

void display_update_finish(struct display_update *update)
{
	display_frame_finish(&update->frame);
	display_cursor_finish(&update->cursor);
	base_error_finish(&update->error);
	*update = nothing;
}

struct display_slot *display_slot_create(void (*wake)(void *data), void *data,
					 struct base_error *err)
{
	struct display_slot *slot = calloc(1, sizeof(*slot));

	if (slot == NULL) {
		base_error_errno(err, ENOMEM, "cannot start");
		return NULL;
	}
	pthread_mutex_init(&slot->lock, NULL);
	slot->wake = wake;
	slot->wake_data = data;
	slot->pending = nothing;
	slot->qemus = (struct display_frame)DISPLAY_FRAME_INIT;
	return slot;
}

void display_slot_destroy(struct display_slot *slot)
{
	if (slot == NULL)
		return;
	display_update_finish(&slot->pending);
	display_frame_finish(&slot->qemus);
	pthread_mutex_destroy(&slot->lock);
	free(slot);
}

int64_t display_slot_now(void)
{
	return display_clock_ns() / 1000000;
}

static void unlock_and_wake(struct display_slot *slot)
{
	bool wake = !slot->woken;

	slot->woken = true;
	pthread_mutex_unlock(&slot->lock);
	if (wake)
		slot->wake(slot->wake_data);
}

/* Makes *frame the one to be taken next; returns the one that nobody took. */
static struct display_frame replace(struct display_slot *slot, struct display_frame *frame)
{
	struct display_frame old = display_frame_take(&slot->pending.frame);

	slot->pending.frame = display_frame_take(frame);
	slot->pending.has_frame = true;
	slot->pending.damage = (struct display_rect){
		.width = (int32_t)slot->pending.frame.width,
		.height = (int32_t)slot->pending.frame.height,
	};
	slot->pending.damage_follows = false;
	slot->pending.flip = (struct display_flip){ 0 };
	slot->pending.blank = false;
	slot->blank_at = 0;
	return old;
}

void display_slot_put_frame(struct display_slot *slot, struct display_frame *frame)
{
	struct display_frame copy = display_frame_copy(frame);
	struct display_frame old = DISPLAY_FRAME_INIT, before;

	pthread_mutex_lock(&slot->lock);
	before = display_frame_take(&slot->qemus);
	slot->qemus = copy;
	slot->disabled = false;
	if (slot->direct) {
		pthread_mutex_unlock(&slot->lock);
	} else {
		old = replace(slot, frame);
		/* ui/dbus-listener.c: a scanout of a dma-buf comes before its update. */
		slot->pending.damage_follows = slot->pending.frame.kind == DISPLAY_FRAME_DMABUF;
		unlock_and_wake(slot);
	}
	display_frame_finish(frame);
	display_frame_finish(&before);
	display_frame_finish(&old);
}

void display_slot_put_damage(struct display_slot *slot, const struct display_rect *damage)
{
	pthread_mutex_lock(&slot->lock);
	slot->disabled = false;
	if (slot->direct) {
		pthread_mutex_unlock(&slot->lock);
		return;
	}
	slot->pending.damage = display_rect_union(&slot->pending.damage, damage);
	slot->pending.damage_follows = false;
	slot->pending.blank = false;
	slot->blank_at = 0;
	unlock_and_wake(slot);
}

void display_slot_put_disable(struct display_slot *slot, int64_t now)
{
	pthread_mutex_lock(&slot->lock);
	slot->disabled = true;
	if (slot->direct) {
		pthread_mutex_unlock(&slot->lock);
		return;
	}
	if (slot->blank_at == 0)
		slot->blank_at = now + DISPLAY_SLOT_HOLD_MS;
	unlock_and_wake(slot);
}

void display_slot_put_plane(struct display_slot *slot, struct display_frame *frame,
			    const struct display_flip *flip)
{
	struct display_frame old;

	pthread_mutex_lock(&slot->lock);
	slot->leave_at = 0;
	old = replace(slot, frame);
	slot->pending.flip = *flip;
	slot->direct = true;
	unlock_and_wake(slot);
	display_frame_finish(&old);
}

void display_slot_put_no_plane(struct display_slot *slot, int64_t at)
{
	pthread_mutex_lock(&slot->lock);
	if (!slot->direct || (slot->leave_at != 0 && slot->leave_at <= at)) {
		pthread_mutex_unlock(&slot->lock);
		return;
	}
	slot->leave_at = at;
	unlock_and_wake(slot);
}

void display_slot_put_cursor(struct display_slot *slot, struct display_cursor *cursor)
{
	struct display_cursor old;

	pthread_mutex_lock(&slot->lock);
	old = slot->pending.cursor;
	slot->pending.cursor = *cursor;
	*cursor = (struct display_cursor){ 0 };
	slot->pending.has_cursor = true;
	unlock_and_wake(slot);
	display_cursor_finish(&old);
}

void display_slot_put_pointer(struct display_slot *slot, int32_t x, int32_t y, bool visible)
{
	pthread_mutex_lock(&slot->lock);
	slot->pending.has_pointer = true;
	slot->pending.pointer_x = x;
	slot->pending.pointer_y = y;
	slot->pending.pointer_visible = visible;
	unlock_and_wake(slot);
}

void display_slot_put_screenshot(struct display_slot *slot)
{
	pthread_mutex_lock(&slot->lock);
	slot->pending.screenshot = true;
	unlock_and_wake(slot);
}

void display_slot_put_end(struct display_slot *slot, struct base_error *err)
{
	pthread_mutex_lock(&slot->lock);
	if (!slot->pending.ended && err != NULL) {
		slot->pending.error = *err;
		*err = (struct base_error){ 0 };
	}
	slot->pending.ended = true;
	unlock_and_wake(slot);
}

/* Back to what QEMU shows. */
static void leave_planes(struct display_slot *slot)
{
	struct display_frame copy = display_frame_copy(&slot->qemus);
	struct display_frame old = DISPLAY_FRAME_INIT;

	slot->direct = false;
	slot->leave_at = 0;
	if (copy.kind != DISPLAY_FRAME_NONE)
		old = replace(slot, &copy);
	slot->pending.blank = slot->disabled;
	display_frame_finish(&old);
}

void display_slot_reopen(struct display_slot *slot)
{
	struct display_update old;
	struct display_frame held;

	pthread_mutex_lock(&slot->lock);
	old = slot->pending;
	held = display_frame_take(&slot->qemus);
	slot->pending = nothing;
	slot->pending.screenshot = old.screenshot;
	slot->blank_at = slot->leave_at = 0;
	slot->direct = slot->disabled = false;
	pthread_mutex_unlock(&slot->lock);
	display_update_finish(&old);
	display_frame_finish(&held);
}

void display_slot_take(struct display_slot *slot, int64_t now, struct display_update *update)
{
	pthread_mutex_lock(&slot->lock);
	if (slot->leave_at != 0 && now >= slot->leave_at)
		leave_planes(slot);
	if (slot->blank_at != 0 && now >= slot->blank_at) {
		slot->pending.blank = true;
		slot->blank_at = 0;
	}
	*update = slot->pending;
	update->direct = slot->direct;
	slot->pending = nothing;
	slot->pending.ended = update->ended;
	slot->woken = false;
	pthread_mutex_unlock(&slot->lock);
}

int display_slot_timeout(struct display_slot *slot, int64_t now)
{
	int64_t at;

	pthread_mutex_lock(&slot->lock);
	at = slot->leave_at != 0 ? slot->leave_at : slot->blank_at;
	pthread_mutex_unlock(&slot->lock);
	if (at == 0)
		return -1;
	return at > now ? (int)(at - now) : 0;
}
