/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <limits.h>
#include <time.h>

#include "display/app/notice.h"
#include "display/app/parts.h"
#include "display/app/signals.h"
#include "display/picture/clock.h"
#include "vgpu/base/log.h"

#define NEVER	    DISPLAY_SCHEDULE_NEVER
#define MS	    INT64_C(1000000)
#define SOON_NS	    MS	  /* a shorter wait uses the clock, which is more precise than SDL */
#define PATIENCE_MS 30000 /* for the first picture of a screenshot */

/* --- wait ------------------------------------------------------------------ */

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The time `ms` milliseconds from now; never if ms is negative. */
static int64_t in_ms(int ms, int64_t now)
{
	return ms < 0 ? NEVER : now + ms * MS;
}

static struct display_schedule_facts gather_facts(struct display_parts *parts, int64_t now)
{
	int64_t next = in_ms(display_mailbox_timeout(parts->mailbox, now / MS), now);

	next = sooner(next, in_ms(display_resize_timeout(&parts->resize, now / MS), now));
	next = sooner(next, in_ms(display_hud_timeout(&parts->hud, now), now));
	if (parts->say_at != INT64_MAX)
		next = sooner(next, parts->say_at * MS);
	return (struct display_schedule_facts){
		.shown = parts->sizing.shown,
		.visible = display_window_is_visible(&parts->window),
		.pending_since = display_window_pending_since(&parts->window),
		.films = parts->film != NULL,
		.shoots = parts->options->screenshot != NULL || parts->screenshot.wanted,
		.next = next,
	};
}

static struct display_schedule_decision decide(struct display_parts *parts, int64_t now)
{
	const struct display_schedule_facts facts = gather_facts(parts, now);

	return display_schedule_decide(&parts->schedule, &parts->screen, &facts, now);
}

static void wait_for_events(struct display_parts *parts)
{
	int64_t now = display_clock_ns(), left = decide(parts, now).wake_at - now;
	int ms = left > INT_MAX * MS ? -1 : (int)(left > 0 ? left / MS : 0);
	SDL_Event event;
	bool is_there = display_waker_wait(&parts->waker, &event, ms);

	for (; is_there; is_there = SDL_PollEvent(&event))
		display_commands_handle(parts, &event);
	if (display_window_taken_at(&parts->window) != 0)
		display_pace_note_refresh(&parts->schedule.pace,
					  display_window_taken_at(&parts->window));
}

/* --- take ------------------------------------------------------------------ */

/* What is shown from now on is another run of the VM, or another one of its screens. */
static void begin_screen(struct display_parts *parts)
{
	uint64_t pictures = parts->screen.pictures;

	display_screen_begin(&parts->screen, display_clock_ns());
	parts->screen.pictures = pictures;
	parts->misses = 0;
	display_resize_begin(&parts->resize, parts->status.vgpu);
	display_words_set_problem(parts, false, NULL);
}

/* The viewer has just connected to the VM, for the first time or again. */
static void begin_run(struct display_parts *parts)
{
	begin_screen(parts);
	display_sizing_begin(&parts->sizing, parts->status.width, parts->status.height,
			     display_clock_ms());
	parts->was_open = true;
}

static void take_status(struct display_parts *parts, const struct display_status *status)
{
	const struct display_status old = parts->status;
	bool was_blank = parts->screen.blank;

	parts->status = *status;
	display_input_set_guest(parts->input, status->state == DISPLAY_STATE_SHOWN);
	if (status->state == DISPLAY_STATE_SHOWN && status->run != old.run) {
		begin_run(parts);
	} else if (status->state == DISPLAY_STATE_SHOWN && status->screen != old.screen) {
		/* The old screen's picture stays until the new one's comes. */
		begin_screen(parts);
		parts->screen.blank = was_blank;
	} else if (status->state == DISPLAY_STATE_AWAY && old.state != DISPLAY_STATE_AWAY) {
		display_pointer_reset(&parts->pointer);
		parts->screen.blank = true;
	}
	display_words_say(parts);
}

/* A captured pointer is drawn with the picture, so that a change needs a redraw. */
static void take_pointer(struct display_parts *parts, struct display_update *update)
{
	bool captured = display_seat_is_captured(&parts->seat);

	display_seat_follow_pointer(&parts->seat);
	if (captured != display_seat_is_captured(&parts->seat))
		display_schedule_mark(&parts->schedule);
	if (!display_pointer_take(&parts->pointer, update))
		return;
	display_pointer_fit(&parts->pointer, &parts->window, &parts->view);
	if (captured)
		display_schedule_mark(&parts->schedule);
}

static void take_picture(struct display_parts *parts, struct display_update *update)
{
	unsigned int changes = display_screen_take(&parts->screen, update, display_clock_ns());

	if (changes & DISPLAY_SCREEN_FRAME) {
		display_painter_set_frame(&parts->painter, &update->frame);
		display_sizing_follow(&parts->sizing, &parts->screen, parts->layout.scale,
				      display_clock_ms());
	} else if (changes & DISPLAY_SCREEN_DAMAGE) {
		display_painter_add_damage(&parts->painter, &update->damage);
	}
	display_schedule_take(&parts->schedule, &parts->screen, changes);
	if (changes & (DISPLAY_SCREEN_BLANK | DISPLAY_SCREEN_FIRST))
		display_words_say(parts);
}

int display_loop_end(struct display_parts *parts, const struct display_update *update,
		     struct base_error *err)
{
	parts->done = true;
	if (!base_error_is_set(&update->error))
		return 0;
	return base_error_set(err, update->error.status, "%s", update->error.message);
}

static int take_update(struct display_parts *parts, struct base_error *err)
{
	struct display_update update;
	int result = 0;

	display_mailbox_take(parts->mailbox, display_clock_ms(), &update);
	if (update.has_status)
		take_status(parts, &update.status);
	if (update.has_wait) {
		parts->wait = update.wait;
		display_words_say(parts);
	}
	take_pointer(parts, &update);
	take_picture(parts, &update);
	if (update.ended)
		result = display_loop_end(parts, &update, err);
	display_update_finish(&update);
	return result;
}

static void take_signals(struct display_parts *parts)
{
	const struct display_signals signals = display_signals_take();

	parts->done |= signals.end;
	parts->screenshot.wanted |= signals.screenshot;
}

/* Works once a second, even when nothing is drawn. */
static void tick(struct display_parts *parts)
{
	if (!display_hud_tick(&parts->hud, parts->painter.cache.imports, parts->painter.copied,
			      display_clock_ns()))
		return;
	/* The window may have moved to another monitor. */
	display_pace_set_rate(&parts->schedule.pace, display_window_rate(&parts->window));
	if (parts->hud.shows_figures)
		display_schedule_mark(&parts->schedule);
}

static int check_patience(const struct display_parts *parts, int64_t now, struct base_error *err)
{
	const char *name = display_words_name(parts);

	if (parts->options->screenshot == NULL || !parts->was_open)
		return 0;
	if (display_notice_silence(&parts->wait, now / MS) >= PATIENCE_MS)
		return base_error_set(err, BASE_FAILED,
				      "no screenshot: QEMU or libvirt has not answered for '%s' in "
				      "%d seconds",
				      name, PATIENCE_MS / 1000);
	if (parts->screen.first == 0 && now - parts->screen.began >= PATIENCE_MS * MS)
		return base_error_set(err, BASE_FAILED,
				      "no screenshot: '%s' showed no picture within %d seconds",
				      name, PATIENCE_MS / 1000);
	return 0;
}

static int take(struct display_parts *parts, struct base_error *err)
{
	int64_t now = display_clock_ns();

	take_signals(parts);
	if (take_update(parts, err) < 0)
		return -1;
	if (now / MS >= parts->say_at)
		display_words_say(parts);
	tick(parts);
	return check_patience(parts, now, err);
}

/* --- decide ---------------------------------------------------------------- */

/*
 * A desktop places a window by its first size. So the window opens with the size of the
 * picture, unless the guest shows none, or libvirt or QEMU keeps us waiting.
 */
static void show_window(struct display_parts *parts)
{
	int64_t now = display_clock_ns();
	bool waits = parts->status.state == DISPLAY_STATE_WAITING ||
		     parts->status.state == DISPLAY_STATE_AWAY;
	bool may_show = parts->was_open
				? display_schedule_may_show(&parts->screen, now)
				: waits || display_notice_silence(&parts->wait, now / MS) > 0;

	if (parts->sizing.shown || !may_show)
		return;
	display_sizing_show(&parts->sizing, &parts->screen, now / MS);
	display_schedule_mark(&parts->schedule);
}

/* Waits until that time if it is soon, and returns true; false if it is later than that. */
static bool wait_until(int64_t at)
{
	int64_t now = display_clock_ns();
	struct timespec until = { .tv_sec = at / 1000000000, .tv_nsec = at % 1000000000 };

	if (at > now + SOON_NS)
		return false;
	if (at > now)
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	return true;
}

/* Tells the source whether it may rest, and the guest which size its screen should have. */
static void tell_others(struct display_parts *parts,
			const struct display_schedule_decision *decision)
{
	int32_t width, height;

	if (decision->seen != parts->seen)
		base_debug("the window is %s", decision->seen ? "visible" : "hidden");
	parts->seen = decision->seen;
	if (decision->rests != parts->rests)
		display_source_set_hidden(parts->source, decision->rests);
	if (parts->rests && !decision->rests)
		parts->roused = display_clock_ns();
	parts->rests = decision->rests;
	if (!parts->options->resize)
		return;
	display_window_size(&parts->window, &width, &height);
	display_resize_follow(&parts->resize, width, height, display_window_scale(&parts->window),
			      display_clock_ms());
}

/*
 * If the display server makes us wait for a buffer, the end of the wait tells when it takes
 * pictures.
 */
static void await_buffer(struct display_parts *parts)
{
	int64_t asked = display_clock_ns();

	display_window_await_buffer(&parts->window);
	display_pace_note_buffer(&parts->schedule.pace, asked, display_clock_ns());
}

/* --- the loop -------------------------------------------------------------- */

int display_loop_run(struct display_parts *parts, struct base_error *err)
{
	while (!parts->done) {
		struct display_schedule_decision decision;

		wait_for_events(parts);
		if (take(parts, err) < 0)
			return -1;
		show_window(parts);
		if (!parts->sizing.shown)
			continue;
		decision = decide(parts, display_clock_ns());
		tell_others(parts, &decision);
		if (!display_draw_must_shoot(parts, display_clock_ns()) &&
		    !wait_until(decision.draw_at))
			continue;
		if (decision.presents)
			await_buffer(parts);
		/* A newer picture may have come during the wait. */
		if (take_update(parts, err) < 0 || display_draw(parts, decision.presents, err) < 0)
			return -1;
	}
	return 0;
}
