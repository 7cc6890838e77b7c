/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/slot.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

struct display_slot {
	pthread_mutex_t lock;
	void (*wake)(void *data);
	void *wake_data;
	bool woken;		       /* since the last take */
	struct display_update pending; /* what the next take gets */
	int64_t blank_at;	       /* 0: not disabled */
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
	return slot;
}

void display_slot_destroy(struct display_slot *slot)
{
	if (slot == NULL)
		return;
	display_update_finish(&slot->pending);
	pthread_mutex_destroy(&slot->lock);
	free(slot);
}

int64_t display_slot_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void unlock_and_wake(struct display_slot *slot)
{
	bool wake = !slot->woken;

	slot->woken = true;
	pthread_mutex_unlock(&slot->lock);
	if (wake)
		slot->wake(slot->wake_data);
}

void display_slot_put_frame(struct display_slot *slot, struct display_frame *frame)
{
	struct display_frame old;

	pthread_mutex_lock(&slot->lock);
	old = display_frame_take(&slot->pending.frame);
	slot->pending.frame = display_frame_take(frame);
	slot->pending.has_frame = true;
	slot->pending.damage = (struct display_rect){
		.width = (int32_t)slot->pending.frame.width,
		.height = (int32_t)slot->pending.frame.height,
	};
	slot->pending.blank = false;
	slot->blank_at = 0;
	unlock_and_wake(slot);
	display_frame_finish(&old);
}

void display_slot_put_damage(struct display_slot *slot, const struct display_rect *damage)
{
	pthread_mutex_lock(&slot->lock);
	slot->pending.damage = display_rect_union(&slot->pending.damage, damage);
	slot->pending.blank = false;
	slot->blank_at = 0;
	unlock_and_wake(slot);
}

void display_slot_put_disable(struct display_slot *slot, int64_t now)
{
	pthread_mutex_lock(&slot->lock);
	if (slot->blank_at == 0)
		slot->blank_at = now + DISPLAY_SLOT_HOLD_MS;
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

void display_slot_put_pointer(struct display_slot *slot, bool visible)
{
	pthread_mutex_lock(&slot->lock);
	slot->pending.has_pointer = true;
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

void display_slot_take(struct display_slot *slot, int64_t now, struct display_update *update)
{
	pthread_mutex_lock(&slot->lock);
	if (slot->blank_at != 0 && now >= slot->blank_at) {
		slot->pending.blank = true;
		slot->blank_at = 0;
	}
	*update = slot->pending;
	slot->pending = nothing;
	slot->pending.ended = update->ended;
	slot->woken = false;
	pthread_mutex_unlock(&slot->lock);
}

int display_slot_timeout(struct display_slot *slot, int64_t now)
{
	int64_t blank_at;

	pthread_mutex_lock(&slot->lock);
	blank_at = slot->blank_at;
	pthread_mutex_unlock(&slot->lock);
	if (blank_at == 0)
		return -1;
	return blank_at > now ? (int)(blank_at - now) : 0;
}
