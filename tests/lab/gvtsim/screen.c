// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/overflow.h>

#include "gvtsim.h"

/*
 * The worker draws the next frame into the buffer that was shown longest ago,
 * chooses the time of its flip, stamps that into the picture and arms the timer;
 * the timer flips and wakes the worker. So a stamp names the moment of its flip
 * to the precision of the timer, and a frame that takes too long to draw is
 * shown late, as by a guest that misses a vertical blank. With one buffer there
 * is nothing to flip: the worker draws in place when the timer wakes it.
 */

#define MAX_BYTES (512ull << 20) /* of all buffers of a mode */

struct workqueue_struct *gvtsim_screen_queue;

static u64 mode_bytes(const struct gvtsim_mode *mode)
{
	return (u64)ALIGN(mode->width * pattern_pixel_bytes(mode->format), 64) * mode->height *
	       (mode->buffers + 1);
}

static bool mode_allowed(const struct gvtsim_screen *screen, const struct gvtsim_mode *mode)
{
	if (!pattern_format_known(mode->format) || mode->buffers < 1 ||
	    mode->buffers > GVTSIM_MAX_BUFFERS || !pattern_size_valid(mode->width, mode->height))
		return false;
	if (gvtsim_params.limit &&
	    (mode->width > screen->max_width || mode->height > screen->max_height))
		return false;
	return mode_bytes(mode) <= MAX_BYTES;
}

/* --- buffers --------------------------------------------------------------- */

struct picture_set {
	struct gvtsim_buffer *background;
	struct gvtsim_buffer *buffers[GVTSIM_MAX_BUFFERS];
};

static void put_set(struct picture_set *set)
{
	gvtsim_buffer_put(set->background);
	for (unsigned int i = 0; i < GVTSIM_MAX_BUFFERS; i++)
		gvtsim_buffer_put(set->buffers[i]);
	memset(set, 0, sizeof(*set));
}

static int create_set(const struct gvtsim_mode *mode, struct picture_set *set)
{
	bool complete;

	memset(set, 0, sizeof(*set));
	set->background = gvtsim_buffer_create(mode->width, mode->height, mode->format);
	complete = set->background;
	for (unsigned int i = 0; complete && i < mode->buffers; i++) {
		set->buffers[i] = gvtsim_buffer_create(mode->width, mode->height, mode->format);
		complete = set->buffers[i];
	}
	if (!complete) {
		put_set(set);
		return -ENOMEM;
	}
	pattern_draw_background(&set->background->image);
	return 0;
}

/* --- drawing; screen->lock is held ----------------------------------------- */

static void draw_frame(struct gvtsim_screen *screen, unsigned int index, u32 frame)
{
	const struct pattern_image *image = &screen->buffers[index]->image;
	const struct pattern_image *background = &screen->background->image;

	if (screen->dirty[index])
		pattern_copy(image->pixels, background->pixels,
			     (size_t)image->stride * image->height);
	else
		pattern_erase_moving(image, background, screen->drawn[index]);
	screen->dirty[index] = false;
	screen->drawn[index] = frame;
	pattern_draw_moving(image, frame);
}

static void show(struct gvtsim_screen *screen, unsigned int index, u32 frame, u64 time)
{
	spin_lock_irq(&screen->flip);
	screen->front = index;
	screen->frame = frame;
	screen->time = time;
	spin_unlock_irq(&screen->flip);
}

static unsigned int back(const struct gvtsim_screen *screen)
{
	return (screen->front + 1) % screen->mode.buffers;
}

/* Draws the next frame and shows it at once. */
static void show_next(struct gvtsim_screen *screen)
{
	unsigned int index = back(screen);
	u32 frame = screen->frame + 1;
	u64 now;

	draw_frame(screen, index, frame);
	now = ktime_get_ns();
	pattern_draw_stamp(&screen->buffers[index]->image, frame, now);
	show(screen, index, frame, now);
}

static u64 next_slot(struct gvtsim_screen *screen)
{
	u64 slot = div64_u64(ktime_get_ns() - screen->base, screen->period) + 1;

	if (slot <= screen->slot)
		slot = screen->slot + 1;
	screen->missed += slot - screen->slot - 1;
	screen->slot = slot;
	return screen->base + slot * screen->period;
}

static void arm(struct gvtsim_screen *screen, u64 time)
{
	spin_lock_irq(&screen->flip);
	screen->next_time = time;
	screen->armed = true;
	spin_unlock_irq(&screen->flip);
	hrtimer_start(&screen->timer, ns_to_ktime(time), HRTIMER_MODE_ABS);
}

static void prepare_flip(struct gvtsim_screen *screen)
{
	unsigned int index = back(screen);
	u32 frame = screen->frame + 1;
	u64 time;

	draw_frame(screen, index, frame);
	time = next_slot(screen);
	pattern_draw_stamp(&screen->buffers[index]->image, frame, time);
	arm(screen, time);
}

static void draw_work(struct work_struct *work)
{
	struct gvtsim_screen *screen = container_of(work, struct gvtsim_screen, draw);

	mutex_lock(&screen->lock);
	if (screen->on && screen->refresh_mhz && !READ_ONCE(screen->armed)) {
		if (screen->mode.buffers > 1) {
			prepare_flip(screen);
		} else {
			show_next(screen);
			arm(screen, next_slot(screen));
		}
	}
	mutex_unlock(&screen->lock);
}

static enum hrtimer_restart fire(struct hrtimer *timer)
{
	struct gvtsim_screen *screen = container_of(timer, struct gvtsim_screen, timer);
	unsigned long flags;

	spin_lock_irqsave(&screen->flip, flags);
	if (screen->armed && screen->mode.buffers > 1) {
		screen->front = back(screen);
		screen->frame++;
		screen->time = screen->next_time;
	}
	screen->armed = false;
	spin_unlock_irqrestore(&screen->flip, flags);
	queue_work(gvtsim_screen_queue, &screen->draw);
	return HRTIMER_NORESTART;
}

/* What has been drawn for the next flip is drawn again. */
static void pause_flips(struct gvtsim_screen *screen)
{
	hrtimer_cancel(&screen->timer);
	spin_lock_irq(&screen->flip);
	screen->armed = false;
	spin_unlock_irq(&screen->flip);
}

static void resume_flips(struct gvtsim_screen *screen)
{
	if (!screen->on || !screen->refresh_mhz)
		return;
	screen->period = div64_u64(1000000000000ull, screen->refresh_mhz);
	screen->base = ktime_get_ns();
	screen->slot = 0;
	queue_work(gvtsim_screen_queue, &screen->draw);
}

/* Takes the set over and gives back the old one. The first frame is shown. */
static void install(struct gvtsim_screen *screen, const struct gvtsim_mode *mode,
		    struct picture_set *set)
{
	u32 frame = screen->frame + 1;
	u64 now = ktime_get_ns();

	pattern_copy(set->buffers[0]->image.pixels, set->background->image.pixels,
		     (size_t)set->background->image.stride * mode->height);
	pattern_draw_moving(&set->buffers[0]->image, frame);
	pattern_draw_stamp(&set->buffers[0]->image, frame, now);
	memset(screen->dirty, true, sizeof(screen->dirty));
	screen->dirty[0] = false;
	screen->drawn[0] = frame;
	swap(screen->background, set->background);
	spin_lock_irq(&screen->flip);
	for (unsigned int i = 0; i < GVTSIM_MAX_BUFFERS; i++)
		swap(screen->buffers[i], set->buffers[i]);
	screen->mode = *mode;
	screen->front = 0;
	screen->frame = frame;
	screen->time = now;
	spin_unlock_irq(&screen->flip);
}

static int set_mode(struct gvtsim_screen *screen, const struct gvtsim_mode *mode)
{
	struct picture_set set;
	int ret;

	if (!mode_allowed(screen, mode))
		return -EINVAL;
	if (!screen->on) {
		screen->mode = *mode;
		return 0;
	}
	ret = create_set(mode, &set);
	if (ret)
		return ret;
	pause_flips(screen);
	install(screen, mode, &set);
	resume_flips(screen);
	put_set(&set);
	return 0;
}

int gvtsim_screen_set_mode(struct gvtsim_screen *screen, const struct gvtsim_mode *mode)
{
	int ret;

	mutex_lock(&screen->lock);
	ret = set_mode(screen, mode);
	mutex_unlock(&screen->lock);
	return ret;
}

static void remode_work(struct work_struct *work)
{
	struct gvtsim_screen *screen = container_of(work, struct gvtsim_screen, remode);
	struct gvtsim_mode mode;

	mutex_lock(&screen->lock);
	mode = screen->mode;
	mode.width = READ_ONCE(screen->wanted_width);
	mode.height = READ_ONCE(screen->wanted_height);
	if (screen->on && (mode.width != screen->mode.width || mode.height != screen->mode.height))
		set_mode(screen, &mode);
	mutex_unlock(&screen->lock);
}

void gvtsim_screen_request_size(struct gvtsim_screen *screen, u32 width, u32 height)
{
	if (!gvtsim_params.follow_edid)
		return;
	WRITE_ONCE(screen->wanted_width, min(width, screen->max_width));
	WRITE_ONCE(screen->wanted_height, min(height, screen->max_height));
	queue_work(gvtsim_screen_queue, &screen->remode);
}

void gvtsim_screen_set_refresh(struct gvtsim_screen *screen, u32 refresh_mhz)
{
	mutex_lock(&screen->lock);
	pause_flips(screen);
	screen->refresh_mhz = refresh_mhz;
	resume_flips(screen);
	mutex_unlock(&screen->lock);
}

int gvtsim_screen_step(struct gvtsim_screen *screen)
{
	int ret = -ENODEV;

	mutex_lock(&screen->lock);
	if (screen->on) {
		pause_flips(screen);
		show_next(screen);
		resume_flips(screen);
		ret = 0;
	}
	mutex_unlock(&screen->lock);
	return ret;
}

int gvtsim_screen_poke(struct gvtsim_screen *screen, u32 x, u32 y, u32 argb)
{
	int ret = 0;

	mutex_lock(&screen->lock);
	if (!screen->on) {
		ret = -ENODEV;
	} else if (x >= screen->mode.width || y >= screen->mode.height) {
		ret = -ERANGE;
	} else {
		unsigned int front = READ_ONCE(screen->front);

		pattern_set(&screen->buffers[front]->image, x, y, argb);
		screen->dirty[front] = true;
	}
	mutex_unlock(&screen->lock);
	return ret;
}

struct gvtsim_buffer *gvtsim_screen_shown(struct gvtsim_screen *screen,
					  struct gvtsim_cursor *cursor)
{
	struct gvtsim_buffer *buffer = NULL;
	bool ready;

	spin_lock_irq(&screen->flip);
	ready = !screen->blank && ktime_get_ns() >= screen->ready_time;
	if (cursor) {
		*cursor = screen->cursor;
		if (ready && cursor->on)
			buffer = screen->cursor_buffer;
	} else if (ready) {
		buffer = screen->buffers[screen->front];
	}
	if (buffer)
		gvtsim_buffer_get(buffer);
	spin_unlock_irq(&screen->flip);
	return buffer;
}

/* --- life ------------------------------------------------------------------ */

/* Commas may stand for the spaces, which a module parameter cannot hold. */
static struct gvtsim_mode default_mode(const struct gvtsim_screen *screen)
{
	const struct gvtsim_mode plain = { 1024, 768, PATTERN_XR24, 3 };
	struct gvtsim_mode mode;
	char text[32], fourcc[5];

	strscpy(text, gvtsim_params.mode ?: "");
	strreplace(text, ',', ' ');
	if (sscanf(text, "%ux%u %4s %u", &mode.width, &mode.height, fourcc, &mode.buffers) != 4)
		return plain;
	memcpy(&mode.format, fourcc, sizeof(mode.format));
	mode.width = min(mode.width, screen->max_width);
	mode.height = min(mode.height, screen->max_height);
	return mode_allowed(screen, &mode) ? mode : plain;
}

void gvtsim_screen_init(struct gvtsim_screen *screen, const struct gvtsim_conf *conf)
{
	mutex_init(&screen->lock);
	spin_lock_init(&screen->flip);
	INIT_WORK(&screen->draw, draw_work);
	INIT_WORK(&screen->remode, remode_work);
	hrtimer_init(&screen->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	screen->timer.function = fire;
	screen->max_width = conf->width;
	screen->max_height = conf->height;
	screen->mode = default_mode(screen);
	screen->refresh_mhz = gvtsim_params.refresh_mhz;
	screen->delay_ms = gvtsim_params.delay_ms;
	screen->cursor = (struct gvtsim_cursor){ false, 100, 100, U32_MAX, U32_MAX };
}

void gvtsim_screen_reset(struct gvtsim_screen *screen)
{
	u64 ready = ktime_get_ns() + (u64)screen->delay_ms * NSEC_PER_MSEC;

	spin_lock_irq(&screen->flip);
	screen->ready_time = ready;
	spin_unlock_irq(&screen->flip);
}

static int switch_on(struct gvtsim_screen *screen)
{
	struct gvtsim_buffer *cursor;
	struct picture_set set;
	int ret;

	cursor = gvtsim_buffer_create(PATTERN_CURSOR_SIZE, PATTERN_CURSOR_SIZE, PATTERN_AR24);
	ret = cursor ? create_set(&screen->mode, &set) : -ENOMEM;
	if (ret) {
		gvtsim_buffer_put(cursor);
		return ret;
	}
	pattern_draw_cursor(&cursor->image);
	screen->cursor_buffer = cursor;
	screen->missed = 0;
	screen->frame = 0;
	screen->on = true;
	install(screen, &screen->mode, &set);
	resume_flips(screen);
	return 0;
}

int gvtsim_screen_start(struct gvtsim_screen *screen)
{
	int ret;

	gvtsim_screen_reset(screen);
	mutex_lock(&screen->lock);
	ret = switch_on(screen);
	mutex_unlock(&screen->lock);
	return ret;
}

void gvtsim_screen_stop(struct gvtsim_screen *screen)
{
	struct gvtsim_buffer *cursor;
	struct picture_set set;

	mutex_lock(&screen->lock);
	screen->on = false;
	pause_flips(screen);
	mutex_unlock(&screen->lock);
	cancel_work_sync(&screen->remode);
	cancel_work_sync(&screen->draw);

	spin_lock_irq(&screen->flip);
	set.background = screen->background;
	screen->background = NULL;
	memcpy(set.buffers, screen->buffers, sizeof(set.buffers));
	memset(screen->buffers, 0, sizeof(screen->buffers));
	cursor = screen->cursor_buffer;
	screen->cursor_buffer = NULL;
	spin_unlock_irq(&screen->flip);
	put_set(&set);
	gvtsim_buffer_put(cursor);
}
