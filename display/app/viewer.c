/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/viewer.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "display/app/notice.h"
#include "display/app/parts.h"
#include "display/app/signals.h"
#include "display/picture/clock.h"
#include "vgpu/base/log.h"

/* Called on any thread. It only wakes the main thread, which looks into the mailbox. */
static void wake(void *data)
{
	struct display_parts *parts = data;

	display_waker_wake(&parts->waker);
}

static int open_window(struct display_parts *parts, struct base_error *err)
{
	if (display_window_init(&parts->window, display_words_name(parts), &parts->options->shape,
				err) < 0)
		return -1;
	display_waker_attach(&parts->waker, &parts->window);
	display_resize_init(&parts->resize, parts->options->resize ? parts->input : NULL);
	parts->sizing =
		(struct display_sizing){ .window = &parts->window, .resize = &parts->resize };
	display_schedule_init(&parts->schedule, parts->options->pace);
	display_pace_set_rate(&parts->schedule.pace, display_window_rate(&parts->window));
	display_window_set_vsync(&parts->window, parts->options->pace == DISPLAY_PACE_VSYNC);
	display_seat_init(&parts->seat, parts->input, &parts->window);
	parts->seat.host_keys = parts->options->host_keys;
	parts->seat.host_key_count = parts->options->host_key_count;
	return display_painter_init(&parts->painter, err);
}

static int open_film(struct display_parts *parts, struct base_error *err)
{
	if (parts->options->record == NULL)
		return 0;
	parts->film = display_film_create(parts->options->record, err);
	return parts->film != NULL ? 0 : -1;
}

static int open_source(struct display_parts *parts, bool had_window, struct base_error *err)
{
	const struct display_options *options = parts->options;
	const struct display_source_wish wish = {
		.domain = options->domain,
		.uri = options->connect,
		.qmp = options->qmp,
		.screen = options->screen,
		.kind = options->source,
		.start = options->start,
		.wait = options->wait,
		.keep = options->keep,
		.follow = options->follow,
		.after_end = had_window,
	};

	parts->mailbox = display_mailbox_create(wake, parts, err);
	parts->input = parts->mailbox != NULL ? display_input_create(err) : NULL;
	if (parts->input == NULL)
		return -1;
	display_input_set_guest(parts->input, false);
	parts->source = display_source_create(&wish, parts->mailbox, parts->input, err);
	return parts->source != NULL ? 0 : -1;
}

/* A window is needed for a running VM, or to tell the user why it takes so long. */
static bool needs_window(const struct display_parts *parts)
{
	return parts->status.state == DISPLAY_STATE_FOUND ||
	       (parts->status.state < DISPLAY_STATE_WAITING && !parts->is_blind &&
		display_notice_silence(&parts->wait, display_clock_ms()) > 0);
}

/* While there is no window, a signal has its default effect and ends the program. */
static int await_vm(struct display_parts *parts, struct base_error *err)
{
	while (!parts->done && !needs_window(parts)) {
		int64_t now = display_clock_ms(),
			until = display_notice_changes_at(&parts->wait, now);
		struct display_update update;
		int result = 0;

		display_waker_sleep(&parts->waker, until == INT64_MAX ? -1 : (int)(until - now));
		display_mailbox_take(parts->mailbox, display_clock_ms(), &update);
		if (update.has_status)
			parts->status = update.status;
		if (update.has_wait)
			parts->wait = update.wait;
		if (update.ended)
			result = display_loop_end(parts, &update, err);
		display_update_finish(&update);
		if (result < 0)
			return -1;
	}
	return 0;
}

/*
 * A window that only says what is waited for can be done without, if there is no display
 * server. Then it counts more why the VM cannot be shown, if it cannot.
 */
static int connect_window(struct display_parts *parts, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (await_vm(parts, err) < 0)
		return -1;
	if (display_window_connect(&why) == 0)
		return 0;
	parts->is_blind = true;
	if (await_vm(parts, err) < 0)
		return -1;
	return base_error_set(err, why.status, "%s", why.message);
}

/*
 * Connects to QEMU last: QEMU serves one client at a time, and a viewer that cannot show
 * anything must not take it from another one.
 */
static int run(struct display_parts *parts, bool had_window, struct base_error *err)
{
	if (display_waker_init(&parts->waker, err) < 0 ||
	    display_hud_init(&parts->hud, parts->options->stats_json, parts->options->stats, err) <
		    0 ||
	    open_film(parts, err) < 0 || open_source(parts, had_window, err) < 0 ||
	    connect_window(parts, err) < 0 || open_window(parts, err) < 0)
		return -1;
	display_signals_init(&parts->waker);
	display_source_connect(parts->source);
	display_screen_begin(&parts->screen, display_clock_ns());
	return display_loop_run(parts, err);
}

/* False if the source's thread is still running: what it may use is not freed then. */
static bool finish(struct display_parts *parts)
{
	bool is_whole;

	display_seat_finish(&parts->seat);
	is_whole = display_source_destroy(parts->source);
	display_signals_finish();
	base_debug("%" PRIu64 " frames shown, %" PRIu64 " imports", parts->screen.pictures,
		   parts->painter.cache.imports);
	display_pointer_finish(&parts->pointer);
	display_hud_finish(&parts->hud);
	display_painter_finish(&parts->painter);
	display_window_finish(&parts->window);
	if (!is_whole)
		return false;
	display_input_destroy(parts->input);
	display_mailbox_destroy(parts->mailbox);
	display_waker_finish(&parts->waker);
	free(parts->problem);
	return true;
}

int display_viewer_run(const struct display_options *options, bool had_window,
		       struct display_viewer_end *end, struct base_error *err)
{
	struct display_parts *parts = calloc(1, sizeof(*parts));
	BASE_AUTO(base_error) struct base_error why = { 0 };
	int result;

	*end = (struct display_viewer_end){ 0 };
	if (parts == NULL)
		return base_error_errno(err, ENOMEM, "cannot start");
	parts->options = options;
	parts->layout = options->layout;
	parts->say_at = INT64_MAX;
	/* Its window comes with a VM that runs, and goes with it. */
	parts->is_blind = options->follow;
	parts->waker = (struct display_waker)DISPLAY_WAKER_INIT;
	parts->screenshot.options = options;
	/* The viewer must survive when the reader of its messages or libvirtd goes away. */
	signal(SIGPIPE, SIG_IGN);
	result = run(parts, had_window, err);
	if (display_film_destroy(parts->film, result == 0 ? err : &why) < 0)
		result = -1;
	end->was_open = parts->was_open;
	end->vm_runs = parts->status.runs;
	if (finish(parts))
		free(parts);
	display_window_disconnect();
	return result;
}
