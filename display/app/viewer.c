/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/viewer.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>

#include "display/app/film.h"
#include "display/app/hud.h"
#include "display/app/screenshot.h"
#include "display/app/signals.h"
#include "display/app/title.h"
#include "display/decide/pace.h"
#include "display/draw/painter.h"
#include "display/mailbox/mailbox.h"
#include "display/picture/clock.h"
#include "display/picture/view.h"
#include "display/source/source.h"
#include "display/window/pointer.h"
#include "display/window/resize.h"
#include "display/window/seat.h"
#include "display/window/waker.h"
#include "display/window/window.h"
#include "vgpu/base/log.h"

#define SETTLE_MS   500	  /* for the desktop to give the window the size it was asked for */
#define SHOW_MS	    1000  /* for a first picture to come before the window does */
#define DMABUF_MS   300	  /* for a vGPU's picture to come after QEMU's own */
#define POLL_MS	    10	  /* while a screenshot is due */
#define PATIENCE_MS 30000 /* for the first picture of a screenshot */
#define HANG_MS	    1500  /* for an answer that somebody should know is missing */
#define IDLE_NS	    INT64_C(250000000)
#define SOON_NS	    INT64_C(1000000) /* waited for with the clock's precision, not SDL's */
#define DAMAGE_NS   INT64_C(3000000) /* for QEMU to say that its new picture is drawn */
#define NEVER	    INT64_MAX
#define PERIOD_NS   INT64_C(16666667) /* of a monitor that does not say its own */

struct viewer {
	const struct display_options *options;
	struct display_mailbox *mailbox;
	struct display_input *input;
	struct display_source *source;
	struct display_status status; /* as the source told it last */
	struct display_wait wait;     /* its, too */
	int64_t told_silence;	      /* seconds that the window tells of it; 0: it does not */
	struct display_window window;
	struct display_waker waker;
	struct display_painter painter;
	struct display_seat seat;
	struct display_pointer pointer;
	struct display_layout layout;
	struct display_view view;
	struct display_pace pace;
	struct display_hud hud;
	struct display_screenshot shot;
	struct display_resize resize;
	struct display_film *record; /* NULL: no film is made */
	struct display_flip flip;    /* of the picture in the painter; number 0: not new */
	int64_t changed, presented;  /* display_clock_ns() of the last new picture, and present */
	int64_t damage_by;	     /* when its damage is waited for no more; 0: not at all */
	bool from_planes;	     /* the picture in the painter */
	bool hidden;		     /* the sources know that nobody sees them */
	int32_t presented_width, presented_height; /* of the window at the last present */
	int64_t started, first_picture, resized;   /* display_clock_ms(); first_picture 0: none */
	int64_t frames;				   /* shown */
	bool shown;				   /* the window is on the screen */
	bool blank;				   /* the guest has no picture */
	bool dirty;				   /* something is to be drawn */
	bool help;				   /* the keys are on the window */
	bool warned;
	bool done;
	bool was_open; /* the window, for a VM that ran */
};

/* On any thread. It only wakes: what there is to do is in the mailbox. */
static void wake(void *data)
{
	struct viewer *viewer = data;

	display_waker_wake(&viewer->waker);
}

/* For people, also before it is found. */
static const char *vm_name(const struct viewer *viewer)
{
	if (viewer->status.title[0] != '\0')
		return viewer->status.title;
	return viewer->options->domain != NULL ? viewer->options->domain : "QEMU";
}

static void show_title(struct viewer *viewer)
{
	const struct display_status *status = &viewer->status;
	struct display_title title = {
		.vm = vm_name(viewer),
		.screen = status->screen,
		.screens = status->screens,
		.away = status->state == DISPLAY_STATE_AWAY,
		.blank = viewer->blank && status->state == DISPLAY_STATE_SHOWN,
		.new = viewer->first_picture == 0,
		.grabbed = viewer->seat.grabbed,
	};
	BASE_AUTO(free) char *text = display_title_format(&title);

	if (text != NULL)
		display_window_set_title(&viewer->window, text);
}

/* How long an answer has been missing; milliseconds; 0: not so long that it matters. */
static int64_t silence(const struct viewer *viewer)
{
	int64_t ms = display_clock_ms() - viewer->wait.since;

	return viewer->wait.peer != DISPLAY_PEER_NONE && ms >= HANG_MS ? ms : 0;
}

/* What the window tells of a silence of so many seconds; the caller's. NULL: nothing. */
static char *silence_text(const struct viewer *viewer)
{
	bool starts = viewer->status.state == DISPLAY_STATE_STARTING;
	bool is_libvirt = viewer->wait.peer == DISPLAY_PEER_LIBVIRT;
	char *text;

	if (viewer->told_silence == 0 ||
	    asprintf(&text, "%s has not answered for %" PRId64 " s.\n%s",
		     is_libvirt ? "libvirt" : "QEMU", viewer->told_silence,
		     starts	  ? "It is starting the VM."
		     : is_libvirt ? "The window goes on when it does."
				  : "The picture goes on when it does.") < 0)
		return NULL;
	return text;
}

static const char *notice(const struct viewer *viewer)
{
	switch (viewer->status.state) {
	case DISPLAY_STATE_LOOKING:
	case DISPLAY_STATE_STARTING:
	case DISPLAY_STATE_FOUND:
		return NULL;
	case DISPLAY_STATE_WAITING:
	case DISPLAY_STATE_AWAY:
		return "The VM is not running.\n"
		       "It is shown here when it is.";
	case DISPLAY_STATE_SHOWN:
		break;
	}
	if (!viewer->blank)
		return NULL;
	if (viewer->first_picture == 0)
		return "The guest shows no picture yet.\n"
		       "The first one comes with its firmware or its GPU driver; if none does, "
		       "see: vgpu doctor";
	return "The guest shows no picture.\n"
	       "It may be asleep: press a key. It may be starting again, or without its GPU "
	       "driver.";
}

static void show_notice(struct viewer *viewer)
{
	BASE_AUTO(free) char *keys = viewer->help ? display_hotkey_text() : NULL;
	BASE_AUTO(free) char *silent = silence_text(viewer);
	const char *words = notice(viewer);

	if (silent != NULL)
		words = silent;
	display_hud_set_notice(&viewer->hud, keys != NULL ? keys : words);
	viewer->dirty = true;
}

/* The window says how long an answer has been missing, and no longer once it is there. */
static void follow_silence(struct viewer *viewer)
{
	int64_t seconds = silence(viewer) / 1000;

	if (seconds == viewer->told_silence)
		return;
	viewer->told_silence = seconds;
	show_notice(viewer);
}

/* Milliseconds until follow_silence has something new; -1: it has not. */
static int silence_timeout(const struct viewer *viewer, int64_t now_ms)
{
	int64_t ms = now_ms - viewer->wait.since;

	if (viewer->wait.peer == DISPLAY_PEER_NONE)
		return -1;
	return (int)(ms < HANG_MS ? HANG_MS - ms : 1000 - ms % 1000);
}

static void set_blank(struct viewer *viewer, bool blank)
{
	if (viewer->blank == blank)
		return;
	viewer->blank = blank;
	show_notice(viewer);
	show_title(viewer);
}

/* A window that somebody has sized for a picture of any size keeps its own. */
static void follow_size(struct viewer *viewer)
{
	uint32_t width = viewer->painter.width, height = viewer->painter.height;

	if ((width == viewer->window.wanted_width && height == viewer->window.wanted_height &&
	     !display_window_is_rescaled(&viewer->window)) ||
	    viewer->resize.has_asked ||
	    (viewer->shown && viewer->layout.scale != DISPLAY_SCALE_EXACT &&
	     !display_window_has_wanted_size(&viewer->window)))
		return;
	display_window_resize(&viewer->window, width, height);
	viewer->resized = display_clock_ms();
	display_resize_set_guest(&viewer->resize, width, height, viewer->resized);
}

/*
 * A picture that cannot be shown ends a viewer that has shown none of its kind:
 * it never will. Later it may be one odd buffer: the last picture stays.
 */
static int set_frame(struct viewer *viewer, struct display_frame *frame, bool *shown,
		     struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	bool first = viewer->first_picture == 0;
	bool fatal =
		frame->kind == DISPLAY_FRAME_DMABUF ? viewer->painter.cache.imports == 0 : first;

	if (display_painter_set_frame(&viewer->painter, frame, fatal ? err : &why) < 0) {
		if (fatal)
			return -1;
		base_log(viewer->warned ? BASE_LOG_DEBUG : BASE_LOG_WARNING, "%s", why.message);
		viewer->warned = true;
		*shown = false;
		return 0;
	}
	*shown = true;
	follow_size(viewer);
	if (first)
		viewer->first_picture = display_clock_ms();
	set_blank(viewer, false);
	return 0;
}

static void take_pointer(struct viewer *viewer, struct display_update *update)
{
	/* One that is captured is part of what is drawn. */
	bool captured = display_seat_is_captured(&viewer->seat);

	display_seat_follow_pointer(&viewer->seat);
	if (captured != display_seat_is_captured(&viewer->seat))
		viewer->dirty = true;
	if (!display_pointer_take(&viewer->pointer, update))
		return;
	display_pointer_fit(&viewer->pointer, &viewer->window, &viewer->view);
	viewer->dirty |= captured;
}

/* Frames that come without their damage, one after the other, are not waited for for ever. */
static void await_damage(struct viewer *viewer, bool follows)
{
	if (follows && viewer->damage_by > viewer->changed)
		return;
	if (follows || viewer->damage_by != 0)
		display_pace_reconsider(&viewer->pace);
	viewer->damage_by = follows ? viewer->changed + DAMAGE_NS : 0;
}

static int take_frame(struct viewer *viewer, struct display_update *update, struct base_error *err)
{
	bool shown = true;

	if (update->has_frame && set_frame(viewer, &update->frame, &shown, err) < 0)
		return -1;
	if (shown && !display_rect_is_empty(&update->damage) && viewer->first_picture != 0) {
		if (!update->has_frame)
			display_painter_update(&viewer->painter, &update->damage);
		set_blank(viewer, false);
		viewer->frames++;
		viewer->dirty = true;
		viewer->changed = display_clock_ns();
		await_damage(viewer, update->damage_follows);
		if (update->has_frame) {
			viewer->flip = update->flip;
			display_pace_flip(&viewer->pace, &update->flip);
		}
	}
	viewer->from_planes = update->direct;
	if (update->blank)
		set_blank(viewer, true);
	return 0;
}

/* The VM has just been connected to, for the first time or again. */
static void begin_run(struct viewer *viewer)
{
	const struct display_status *status = &viewer->status;

	display_window_resize(&viewer->window, status->width, status->height);
	viewer->started = viewer->resized = display_clock_ms();
	viewer->blank = true;
	viewer->was_open = true;
	display_resize_begin(&viewer->resize, status->vgpu);
}

static void follow_status(struct viewer *viewer, const struct display_status *status)
{
	struct display_status old = viewer->status;

	viewer->status = *status;
	if (status->state == DISPLAY_STATE_SHOWN && status->run != old.run) {
		begin_run(viewer);
	} else if (status->state == DISPLAY_STATE_SHOWN && status->screen != old.screen) {
		display_resize_begin(&viewer->resize, status->vgpu);
	} else if (status->state == DISPLAY_STATE_AWAY && old.state != DISPLAY_STATE_AWAY) {
		display_pointer_reset(&viewer->pointer);
		viewer->blank = true;
	}
	show_notice(viewer);
	show_title(viewer);
}

static int follow_end(struct viewer *viewer, const struct display_update *update,
		      struct base_error *err)
{
	viewer->done = true;
	if (!base_error_is_set(&update->error))
		return 0;
	return base_error_set(err, update->error.status, "%s", update->error.message);
}

static int take_update(struct viewer *viewer, struct base_error *err)
{
	struct display_update update;
	int result;

	display_mailbox_take(viewer->mailbox, display_clock_ms(), &update);
	if (update.has_status)
		follow_status(viewer, &update.status);
	if (update.has_wait)
		viewer->wait = update.wait;
	take_pointer(viewer, &update);
	result = take_frame(viewer, &update, err);
	if (update.ended && result == 0)
		result = follow_end(viewer, &update, err);
	display_update_finish(&update);
	follow_silence(viewer);
	return result;
}

/* The desktop has given the size that was asked for, or will not. */
static bool settled(const struct viewer *viewer)
{
	int32_t width, height;

	display_window_size(&viewer->window, &width, &height);
	return ((uint32_t)width == viewer->painter.width &&
		(uint32_t)height == viewer->painter.height) ||
	       display_clock_ms() - viewer->resized > SETTLE_MS;
}

/* For how long the picture has not changed; a dma-buf is whole from the first on. */
static int64_t still_for(const struct viewer *viewer, int64_t now_ms)
{
	bool in_parts = viewer->painter.surface != NULL &&
			viewer->painter.mapped.kind == DISPLAY_FRAME_NONE;

	return in_parts ? now_ms - viewer->changed / 1000000 : now_ms;
}

/* The screenshot that ends the viewer is due. */
static bool is_final_shot(const struct viewer *viewer)
{
	int64_t now = display_clock_ns() / 1000000;

	return viewer->first_picture != 0 && !viewer->blank && viewer->told_silence == 0 &&
	       settled(viewer) &&
	       display_screenshot_is_final(&viewer->shot, viewer->frames,
					   now - viewer->first_picture, still_for(viewer, now));
}

static int take_screenshots(struct viewer *viewer, int32_t width, int32_t height,
			    struct base_error *err)
{
	bool final = is_final_shot(viewer);

	viewer->done |= final;
	return display_screenshot_take(&viewer->shot, viewer->status.title, final, width, height,
				       err);
}

static void note_present(struct viewer *viewer, int64_t began, int64_t drawn)
{
	viewer->presented = display_clock_ns();
	display_pace_note(&viewer->pace, began, drawn, viewer->presented);
	display_hud_note(&viewer->hud, &viewer->flip, viewer->from_planes, viewer->presented);
	viewer->flip.number = 0;
}

static int draw(struct viewer *viewer, struct base_error *err)
{
	int64_t began = display_clock_ns(), drawn;
	int32_t width, height;

	display_window_size(&viewer->window, &width, &height);
	viewer->view = display_view_place(&viewer->layout, width, height, viewer->painter.width,
					  viewer->painter.height);
	display_pointer_fit(&viewer->pointer, &viewer->window, &viewer->view);
	if (viewer->record != NULL &&
	    display_film_add(viewer->record, &viewer->painter, viewer->blank, err) < 0)
		return -1;
	display_painter_draw(&viewer->painter, &viewer->view, width, height, viewer->blank);
	if (display_seat_is_captured(&viewer->seat))
		display_pointer_draw(&viewer->pointer, &viewer->view, height);
	display_hud_draw(&viewer->hud, width, height, display_window_scale(&viewer->window));
	viewer->dirty = false;
	/*
	 * EGL takes note of a window's new size when it presents: what is drawn
	 * before may lack a part, so the picture after that one is the first to
	 * photograph.
	 */
	if (width != viewer->presented_width || height != viewer->presented_height)
		viewer->dirty = true;
	else if (take_screenshots(viewer, width, height, err) < 0)
		return -1;
	viewer->presented_width = width;
	viewer->presented_height = height;
	drawn = display_clock_ns();
	display_window_present(&viewer->window);
	note_present(viewer, began, drawn);
	return 0;
}

static void toggle_fullscreen(struct viewer *viewer)
{
	display_window_set_fullscreen(&viewer->window,
				      !display_window_is_fullscreen(&viewer->window));
	follow_size(viewer);
}

static void next_scale(struct viewer *viewer)
{
	viewer->layout.scale = viewer->layout.scale == DISPLAY_SCALE_LAST
				       ? DISPLAY_SCALE_EXACT
				       : viewer->layout.scale + 1;
	viewer->dirty = true;
	follow_size(viewer);
}

static void obey(struct viewer *viewer, enum display_command command)
{
	switch (command) {
	case DISPLAY_COMMAND_GRAB:
		display_seat_grab(&viewer->seat, !viewer->seat.grabbed);
		break;
	case DISPLAY_COMMAND_SCREENSHOT:
		viewer->shot.wanted = true;
		break;
	case DISPLAY_COMMAND_FULLSCREEN:
		toggle_fullscreen(viewer);
		break;
	case DISPLAY_COMMAND_SCALE:
		next_scale(viewer);
		break;
	case DISPLAY_COMMAND_STATS:
		display_hud_toggle_figures(&viewer->hud);
		viewer->dirty = true;
		break;
	case DISPLAY_COMMAND_HELP:
		viewer->help = !viewer->help;
		show_notice(viewer);
		break;
	case DISPLAY_COMMAND_CONSOLE:
		display_source_switch(viewer->source, viewer->seat.console);
		break;
	case DISPLAY_COMMAND_DELETE:
	case DISPLAY_COMMAND_NONE:
		break;
	}
}

static void handle_event(struct viewer *viewer, const SDL_Event *event)
{
	bool grabbed = viewer->seat.grabbed;

	if (event->type == SDL_QUIT)
		viewer->done = true;
	if (event->type == SDL_WINDOWEVENT &&
	    (event->window.event == SDL_WINDOWEVENT_EXPOSED ||
	     event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED)) {
		viewer->dirty = true;
		if (display_window_is_rescaled(&viewer->window))
			follow_size(viewer);
	}
	obey(viewer, display_seat_handle(&viewer->seat, event, &viewer->view));
	if (viewer->seat.grabbed != grabbed) {
		show_title(viewer);
		viewer->dirty = true;
	}
}

/*
 * QEMU looks at a vGPU's planes only for a display that is there: the first
 * picture is one of QEMU's own, the vGPU's follows at once.
 */
static bool may_show(const struct viewer *viewer, int64_t now)
{
	if (viewer->first_picture == 0)
		return viewer->told_silence != 0 ||
		       (viewer->was_open && now - viewer->started >= SHOW_MS);
	return viewer->painter.cache.imports > 0 || now - viewer->first_picture >= DMABUF_MS;
}

/*
 * A desktop places a window by the size with which it comes, so it comes with
 * the picture's, unless the guest shows none.
 */
static void show_window(struct viewer *viewer)
{
	if (viewer->shown || !may_show(viewer, display_clock_ms()))
		return;
	display_window_show(&viewer->window);
	viewer->shown = true;
	viewer->dirty = true;
	viewer->resized = display_clock_ms();
	display_resize_set_guest(&viewer->resize, viewer->painter.width, viewer->painter.height,
				 viewer->resized);
}

/* A guest that draws into the buffer on the screen, as its text console does, flips nothing. */
static bool may_have_changed(const struct viewer *viewer, int64_t now)
{
	return viewer->from_planes && !viewer->blank && now - viewer->changed > IDLE_NS;
}

/* By somebody, or by the film that is made of it. */
static bool is_watched(const struct viewer *viewer)
{
	return viewer->shown &&
	       (display_window_is_visible(&viewer->window) || viewer->record != NULL);
}

/*
 * When to draw the next time. A hidden window is drawn when it comes back, or
 * for a screenshot.
 */
static int64_t due(struct viewer *viewer, int64_t now)
{
	int64_t period = viewer->pace.period > 0 ? viewer->pace.period : PERIOD_NS;

	if (!is_watched(viewer))
		return NEVER;
	/* What is said in two calls is one picture. */
	if (viewer->dirty)
		return display_pace_decide(&viewer->pace,
					   now > viewer->damage_by ? now : viewer->damage_by);
	if (may_have_changed(viewer, now))
		return display_pace_due(&viewer->pace, viewer->presented + period);
	return NEVER;
}

/* Of two timeouts, -1 being none. */
static int sooner(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

/* Milliseconds, rounded down; -1: until something happens. */
static int timeout(struct viewer *viewer)
{
	int64_t now = display_clock_ns(), until = due(viewer, now) - now;
	int ms = sooner(display_mailbox_timeout(viewer->mailbox, now / 1000000),
			display_resize_timeout(&viewer->resize, now / 1000000));

	ms = sooner(ms, display_hud_timeout(&viewer->hud, now));
	ms = sooner(ms, silence_timeout(viewer, now / 1000000));

	if (until <= 0)
		return 0;
	if (until < (int64_t)INT_MAX * 1000000)
		ms = sooner(ms, (int)(until / 1000000));
	if (viewer->from_planes && !viewer->blank)
		ms = sooner(ms, (int)(IDLE_NS / 1000000));
	if (!viewer->shown || viewer->options->screenshot != NULL || viewer->shot.wanted)
		ms = sooner(ms, POLL_MS);
	return ms;
}

static void handle_events(struct viewer *viewer)
{
	SDL_Event event;

	if (!display_waker_wait(&viewer->waker, &event, timeout(viewer)))
		return;
	do
		handle_event(viewer, &event);
	while (SDL_PollEvent(&event));
}

/* True when it is time to draw; waits for it if that is soon. */
static bool wait_until_due(struct viewer *viewer)
{
	int64_t now = display_clock_ns(), at = due(viewer, now);
	struct timespec until = { .tv_sec = at / 1000000000, .tv_nsec = at % 1000000000 };

	if (at > now + SOON_NS)
		return false;
	if (at > now)
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	return true;
}

/* Once a second, also when nothing is drawn. */
static void tick(struct viewer *viewer)
{
	if (!display_hud_tick(&viewer->hud, viewer->painter.cache.imports, viewer->painter.copied,
			      display_clock_ns()))
		return;
	/* The window may be on another monitor by now. */
	display_pace_set_rate(&viewer->pace, display_window_rate(&viewer->window));
	viewer->dirty |= viewer->hud.shows_figures;
}

static void ask_guest(struct viewer *viewer)
{
	int32_t width, height;

	display_window_size(&viewer->window, &width, &height);
	display_resize_follow(&viewer->resize, width, height, display_window_scale(&viewer->window),
			      display_clock_ms());
}

static void tell_sources(struct viewer *viewer)
{
	bool hidden = viewer->shown && !is_watched(viewer) && !viewer->shot.wanted;

	if (hidden == viewer->hidden)
		return;
	viewer->hidden = hidden;
	display_source_set_hidden(viewer->source, hidden);
}

static int check_patience(const struct viewer *viewer, struct base_error *err)
{
	if (viewer->options->screenshot == NULL || viewer->first_picture != 0 ||
	    display_clock_ms() - viewer->started < PATIENCE_MS)
		return 0;
	return base_error_set(err, BASE_FAILED,
			      "no screenshot: '%s' showed no picture in %d seconds",
			      viewer->status.title, PATIENCE_MS / 1000);
}

static bool must_shoot(const struct viewer *viewer)
{
	return is_final_shot(viewer) || (viewer->shot.wanted && settled(viewer));
}

static void handle_signals(struct viewer *viewer)
{
	struct display_signals signals = display_signals_take();

	viewer->done |= signals.end;
	viewer->shot.wanted |= signals.screenshot;
}

static int loop(struct viewer *viewer, struct base_error *err)
{
	while (!viewer->done) {
		handle_events(viewer);
		handle_signals(viewer);
		if (take_update(viewer, err) < 0 || check_patience(viewer, err) < 0)
			return -1;
		show_window(viewer);
		if (!viewer->shown)
			continue;
		tell_sources(viewer);
		if (viewer->options->resize)
			ask_guest(viewer);
		tick(viewer);
		if (!must_shoot(viewer) && !wait_until_due(viewer))
			continue;
		/* What came while waiting is newer. */
		if (take_update(viewer, err) < 0 || draw(viewer, err) < 0)
			return -1;
	}
	return 0;
}

static int open_window(struct viewer *viewer, struct base_error *err)
{
	if (display_window_connect(err) < 0 ||
	    display_window_init(&viewer->window, vm_name(viewer), &viewer->options->shape, err) < 0)
		return -1;
	display_waker_attach(&viewer->waker, viewer->window.sdl);
	display_resize_init(&viewer->resize, viewer->options->resize ? viewer->input : NULL);
	display_pace_init(&viewer->pace, viewer->options->pace);
	display_pace_set_rate(&viewer->pace, display_window_rate(&viewer->window));
	display_window_set_vsync(viewer->options->pace == DISPLAY_PACE_VSYNC);
	display_seat_init(&viewer->seat, viewer->input, &viewer->window);
	viewer->seat.host_keys = viewer->options->host_keys;
	viewer->seat.host_key_count = viewer->options->host_key_count;
	return display_painter_init(&viewer->painter, err);
}

static int open_record(struct viewer *viewer, struct base_error *err)
{
	if (viewer->options->record == NULL)
		return 0;
	viewer->record = display_film_create(viewer->options->record, err);
	return viewer->record != NULL ? 0 : -1;
}

static int open_source(struct viewer *viewer, bool had_window, struct base_error *err)
{
	const struct display_options *options = viewer->options;
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

	viewer->mailbox = display_mailbox_create(wake, viewer, err);
	viewer->input = viewer->mailbox != NULL ? display_input_create(err) : NULL;
	if (viewer->input == NULL)
		return -1;
	viewer->source = display_source_create(&wish, viewer->mailbox, viewer->input, err);
	return viewer->source != NULL ? 0 : -1;
}

/* A window for a VM that runs; or for one whose user should know why it takes so long. */
static bool needs_window(const struct viewer *viewer)
{
	return viewer->status.state == DISPLAY_STATE_FOUND ||
	       (viewer->status.state < DISPLAY_STATE_WAITING && !viewer->options->follow &&
		silence(viewer) > 0);
}

/* There is no window yet: a signal ends the program as it always does. */
static int await_vm(struct viewer *viewer, struct base_error *err)
{
	while (!viewer->done && !needs_window(viewer)) {
		struct display_update update;
		int result = 0;

		display_waker_sleep(&viewer->waker, silence_timeout(viewer, display_clock_ms()));
		display_mailbox_take(viewer->mailbox, display_clock_ms(), &update);
		if (update.has_status)
			viewer->status = update.status;
		if (update.has_wait)
			viewer->wait = update.wait;
		if (update.ended)
			result = follow_end(viewer, &update, err);
		display_update_finish(&update);
		if (result < 0)
			return -1;
	}
	return 0;
}

/*
 * QEMU is connected to last: it has one client at a time, and a viewer that cannot show
 * anything must not take it from another.
 */
static int run(struct viewer *viewer, bool had_window, struct base_error *err)
{
	if (display_waker_init(&viewer->waker, err) < 0 ||
	    display_hud_init(&viewer->hud, viewer->options->stats_json, viewer->options->stats,
			     err) < 0 ||
	    open_record(viewer, err) < 0 || open_source(viewer, had_window, err) < 0 ||
	    await_vm(viewer, err) < 0 || open_window(viewer, err) < 0)
		return -1;
	display_signals_init(&viewer->waker);
	display_source_connect(viewer->source);
	viewer->started = display_clock_ms();
	viewer->blank = true;
	return loop(viewer, err);
}

/* False if the source's thread is left behind, with all that it may still use. */
static bool finish(struct viewer *viewer)
{
	bool is_whole;

	display_seat_finish(&viewer->seat);
	is_whole = display_source_destroy(viewer->source);
	display_signals_finish();
	base_debug("%" PRId64 " frames shown, %" PRIu64 " imports", viewer->frames,
		   viewer->painter.cache.imports);
	display_pointer_finish(&viewer->pointer);
	display_hud_finish(&viewer->hud);
	display_painter_finish(&viewer->painter);
	display_window_finish(&viewer->window);
	if (!is_whole)
		return false;
	display_input_destroy(viewer->input);
	display_mailbox_destroy(viewer->mailbox);
	display_waker_finish(&viewer->waker);
	return true;
}

int display_viewer_run(const struct display_options *options, bool had_window,
		       struct display_viewer_end *end, struct base_error *err)
{
	struct viewer *viewer = calloc(1, sizeof(*viewer));
	BASE_AUTO(base_error) struct base_error why = { 0 };
	int result;

	*end = (struct display_viewer_end){ 0 };
	if (viewer == NULL)
		return base_error_errno(err, ENOMEM, "cannot start");
	viewer->options = options;
	viewer->layout = options->layout;
	viewer->waker = (struct display_waker)DISPLAY_WAKER_INIT;
	viewer->shot.options = options;
	/* Neither a reader of our messages that goes nor a libvirtd that does ends us. */
	signal(SIGPIPE, SIG_IGN);
	result = run(viewer, had_window, err);
	if (display_film_destroy(viewer->record, result == 0 ? err : &why) < 0)
		result = -1;
	end->was_open = viewer->was_open;
	end->vm_runs = viewer->status.runs;
	if (finish(viewer))
		free(viewer);
	display_window_disconnect();
	return result;
}
