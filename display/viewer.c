/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/viewer.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "display/image.h"
#include "display/painter.h"
#include "display/seat.h"
#include "display/signals.h"
#include "display/slot.h"
#include "display/source.h"
#include "display/view.h"
#include "display/vm.h"
#include "display/window.h"
#include "vgpu/base/log.h"

#define SETTLE_MS   500	  /* for the desktop to give the window the size it was asked for */
#define SHOW_MS	    1000  /* for a first picture to come before the window does */
#define DMABUF_MS   300	  /* for a vGPU's picture to come after QEMU's own */
#define POLL_MS	    10	  /* while a screenshot is due */
#define PATIENCE_MS 30000 /* for the first picture of a screenshot */

struct viewer {
	const struct display_options *options;
	sd_event *event;
	struct display_slot *slot;
	struct display_input *input;
	struct display_vm *vm;
	struct display_source *source;
	struct display_window window;
	struct display_painter painter;
	struct display_seat seat;
	struct display_view view;
	int32_t presented_width, presented_height; /* of the window at the last present */
	uint32_t wake_event;			   /* SDL's number for it */
	int64_t started, first_picture, resized;   /* display_slot_now(); first_picture 0: none */
	int64_t frames;				   /* shown */
	bool shown;				   /* the window is on the screen */
	bool blank;				   /* the guest has no picture */
	bool dirty;				   /* something is to be drawn */
	bool shoot;				   /* somebody asked for a screenshot */
	bool warned;
	bool done;
};

/* On any thread. The event only wakes: what there is to do is in the slot. */
static void wake(void *data)
{
	struct viewer *viewer = data;
	SDL_Event event = { .type = viewer->wake_event };

	SDL_PushEvent(&event);
}

static void show_title(struct viewer *viewer)
{
	BASE_AUTO(free) char *title = NULL;
	const char *state = "";

	if (viewer->blank)
		state = viewer->first_picture == 0 ? " - the guest shows no picture yet"
						   : " - the guest shows no picture";
	if (asprintf(&title, "%s%s - %s %s keyboard and mouse", viewer->source->title, state,
		     DISPLAY_SEAT_KEYS_TEXT, viewer->seat.grabbed ? "releases" : "takes") < 0) {
		title = NULL;
		return;
	}
	display_window_set_title(&viewer->window, title);
}

static void set_blank(struct viewer *viewer, bool blank)
{
	if (viewer->blank == blank)
		return;
	viewer->blank = blank;
	viewer->dirty = true;
	show_title(viewer);
}

/*
 * A picture that cannot be shown ends a viewer that has shown none of its kind:
 * it never will. Later it may be one odd buffer: the last picture stays.
 */
static int set_frame(struct viewer *viewer, struct display_frame *frame, struct base_error *err)
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
		return 0;
	}
	if (viewer->painter.width != viewer->window.wanted_width ||
	    viewer->painter.height != viewer->window.wanted_height) {
		display_window_resize(&viewer->window, viewer->painter.width,
				      viewer->painter.height);
		viewer->resized = display_slot_now();
	}
	if (first)
		viewer->first_picture = display_slot_now();
	set_blank(viewer, false);
	return 0;
}

static void set_cursor(struct viewer *viewer, const struct display_update *update)
{
	if (update->has_cursor)
		display_window_set_cursor(&viewer->window, &update->cursor);
	if (update->has_pointer)
		display_window_show_cursor(update->pointer_visible);
}

static int take_frame(struct viewer *viewer, struct display_update *update, struct base_error *err)
{
	if (update->has_frame && set_frame(viewer, &update->frame, err) < 0)
		return -1;
	if (!display_rect_is_empty(&update->damage) && viewer->first_picture != 0) {
		if (!update->has_frame)
			display_painter_update(&viewer->painter, &update->damage);
		set_blank(viewer, false);
		viewer->frames++;
		viewer->dirty = true;
	}
	if (update->blank)
		set_blank(viewer, true);
	return 0;
}

static int take_update(struct viewer *viewer, struct base_error *err)
{
	struct display_update update;
	int result;

	display_slot_take(viewer->slot, display_slot_now(), &update);
	set_cursor(viewer, &update);
	display_seat_follow_pointer(&viewer->seat);
	result = take_frame(viewer, &update, err);
	viewer->shoot |= update.screenshot;
	if (update.ended) {
		viewer->done = true;
		if (result == 0 && base_error_is_set(&update.error)) {
			result = base_error_set(err, update.error.status, "%s",
						update.error.message);
		}
	}
	display_update_finish(&update);
	return result;
}

/* The desktop has given the size that was asked for, or will not. */
static bool settled(const struct viewer *viewer)
{
	int32_t width, height;

	display_window_size(&viewer->window, &width, &height);
	return ((uint32_t)width == viewer->painter.width &&
		(uint32_t)height == viewer->painter.height) ||
	       display_slot_now() - viewer->resized > SETTLE_MS;
}

/* The screenshot that ends the viewer is due. */
static bool is_final_shot(const struct viewer *viewer)
{
	if (viewer->options->screenshot == NULL || viewer->first_picture == 0 || viewer->blank ||
	    !settled(viewer))
		return false;
	if (viewer->options->frames >= 0)
		return viewer->frames >= viewer->options->frames;
	return display_slot_now() - viewer->first_picture >= viewer->options->after_ms;
}

static int shoot(struct viewer *viewer, const struct display_image *image, bool final,
		 struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	BASE_AUTO(free) char *path = NULL;

	if (viewer->shoot) {
		viewer->shoot = false;
		if (display_image_write_numbered(image, viewer->options->directory,
						 viewer->source->title, &path, &why) < 0)
			base_warning("%s", why.message);
		else
			base_info("wrote %s", path);
	}
	if (!final)
		return 0;
	viewer->done = true;
	return display_image_write(image, viewer->options->screenshot, err);
}

static int take_screenshots(struct viewer *viewer, int32_t width, int32_t height,
			    struct base_error *err)
{
	struct display_image image = { 0 };
	bool final = is_final_shot(viewer);
	int result = 0;

	if (!final && !viewer->shoot)
		return 0;
	if (display_image_init(&image, width, height, err) < 0 ||
	    shoot(viewer, &image, final, err) < 0)
		result = -1;
	display_image_finish(&image);
	return result;
}

static int draw(struct viewer *viewer, struct base_error *err)
{
	int32_t width, height;

	display_window_size(&viewer->window, &width, &height);
	viewer->view =
		display_view_place(width, height, viewer->painter.width, viewer->painter.height);
	display_painter_draw(&viewer->painter, &viewer->view, width, height, viewer->blank);
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
	display_window_present(&viewer->window);
	return 0;
}

static void handle_event(struct viewer *viewer, const SDL_Event *event)
{
	bool grabbed = viewer->seat.grabbed;

	if (event->type == SDL_QUIT)
		viewer->done = true;
	if (event->type == SDL_WINDOWEVENT && (event->window.event == SDL_WINDOWEVENT_EXPOSED ||
					       event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED))
		viewer->dirty = true;
	switch (display_seat_handle(&viewer->seat, event, &viewer->view)) {
	case DISPLAY_COMMAND_GRAB:
		display_seat_grab(&viewer->seat, !grabbed);
		break;
	case DISPLAY_COMMAND_SCREENSHOT:
		viewer->shoot = true;
		break;
	case DISPLAY_COMMAND_NONE:
		break;
	}
	if (viewer->seat.grabbed != grabbed)
		show_title(viewer);
}

/*
 * QEMU looks at a vGPU's planes only for a display that is there: the first
 * picture is one of QEMU's own, the vGPU's follows at once.
 */
static bool may_show(const struct viewer *viewer, int64_t now)
{
	if (viewer->first_picture == 0)
		return now - viewer->started >= SHOW_MS;
	return viewer->painter.cache.imports > 0 || now - viewer->first_picture >= DMABUF_MS;
}

/*
 * A desktop places a window by the size with which it comes, so it comes with
 * the picture's, unless the guest shows none.
 */
static void show_window(struct viewer *viewer)
{
	if (viewer->shown || !may_show(viewer, display_slot_now()))
		return;
	display_window_show(&viewer->window);
	viewer->shown = true;
	viewer->dirty = true;
	viewer->resized = display_slot_now();
}

/* A hidden window is drawn when it comes back, or for a screenshot. */
static bool wants_drawing(const struct viewer *viewer)
{
	return viewer->dirty && display_window_is_visible(&viewer->window);
}

static int timeout(const struct viewer *viewer)
{
	int ms = display_slot_timeout(viewer->slot, display_slot_now());

	if (viewer->shown && wants_drawing(viewer))
		return 0;
	if (!viewer->shown || viewer->options->screenshot != NULL || viewer->shoot)
		return ms < 0 || ms > POLL_MS ? POLL_MS : ms;
	return ms;
}

static void handle_events(struct viewer *viewer)
{
	int ms = timeout(viewer);
	SDL_Event event;

	if (!(ms < 0 ? SDL_WaitEvent(&event) : SDL_WaitEventTimeout(&event, ms)))
		return;
	do
		handle_event(viewer, &event);
	while (SDL_PollEvent(&event));
}

static int check_patience(const struct viewer *viewer, struct base_error *err)
{
	if (viewer->options->screenshot == NULL || viewer->first_picture != 0 ||
	    display_slot_now() - viewer->started < PATIENCE_MS)
		return 0;
	return base_error_set(err, BASE_FAILED,
			      "no screenshot: '%s' showed no picture in %d seconds",
			      viewer->source->title, PATIENCE_MS / 1000);
}

static int loop(struct viewer *viewer, struct base_error *err)
{
	while (!viewer->done) {
		handle_events(viewer);
		if (take_update(viewer, err) < 0 || check_patience(viewer, err) < 0)
			return -1;
		show_window(viewer);
		if (!viewer->shown)
			continue;
		if (wants_drawing(viewer) || is_final_shot(viewer) ||
		    (viewer->shoot && settled(viewer))) {
			if (draw(viewer, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int connect_vm(struct viewer *viewer, struct base_error *err)
{
	const struct display_options *options = viewer->options;
	int r = sd_event_new(&viewer->event);

	if (r < 0)
		return base_error_errno(err, -r, "cannot make an event loop");
	viewer->slot = display_slot_create(wake, viewer, err);
	viewer->input = viewer->slot != NULL ? display_input_create(err) : NULL;
	if (viewer->input == NULL)
		return -1;
	viewer->vm = options->qmp != NULL ? display_qmp_create(options->qmp, viewer->event, err)
					  : display_domain_create(options->domain, options->connect,
								  viewer->event, err);
	return viewer->vm != NULL ? 0 : -1;
}

static int open_window(struct viewer *viewer, struct base_error *err)
{
	if (display_window_connect(err) < 0)
		return -1;
	viewer->wake_event = SDL_RegisterEvents(1);
	if (display_window_init(&viewer->window, viewer->vm->name, err) < 0)
		return -1;
	display_seat_init(&viewer->seat, viewer->input, &viewer->window);
	return display_painter_init(&viewer->painter, err);
}

static int open_source(struct viewer *viewer, struct base_error *err)
{
	viewer->source =
		display_qemu_create(viewer->vm, viewer->event, viewer->slot, viewer->input, err);
	if (viewer->source == NULL)
		return -1;
	display_window_resize(&viewer->window, viewer->source->width, viewer->source->height);
	viewer->started = viewer->resized = display_slot_now();
	viewer->blank = true;
	viewer->dirty = true;
	show_title(viewer);
	return display_source_start(viewer->source, err);
}

/*
 * The source comes last: QEMU has one client at a time, and a viewer that
 * cannot show anything must not take it from another.
 */
static int run(struct viewer *viewer, struct base_error *err)
{
	if (connect_vm(viewer, err) < 0 || open_window(viewer, err) < 0 ||
	    display_signals_init(viewer->event, viewer->slot, err) < 0 ||
	    open_source(viewer, err) < 0)
		return -1;
	return loop(viewer, err);
}

static void finish(struct viewer *viewer)
{
	display_seat_finish(&viewer->seat);
	display_source_destroy(viewer->source);
	/* libvirt may keep us waiting: a signal ends us from here on. */
	display_signals_finish();
	display_vm_destroy(viewer->vm);
	base_debug("%" PRId64 " frames shown, %" PRIu64 " imports", viewer->frames,
		   viewer->painter.cache.imports);
	display_painter_finish(&viewer->painter);
	display_window_finish(&viewer->window);
	display_input_destroy(viewer->input);
	display_slot_destroy(viewer->slot);
	sd_event_unref(viewer->event);
}

int display_viewer_run(const struct display_options *options, struct base_error *err)
{
	struct viewer viewer = { .options = options };
	int result;

	/* Neither a reader of our messages that goes nor a libvirtd that does ends us. */
	signal(SIGPIPE, SIG_IGN);
	result = run(&viewer, err);
	finish(&viewer);
	display_window_disconnect();
	return result;
}
