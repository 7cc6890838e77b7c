/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/window/frame-clock.h"

#include <wayland-client.h>

#include "vgpu/base/log.h"

void display_frame_clock_init(struct display_frame_clock *clock, struct wl_display *compositor,
			      struct wl_surface *surface)
{
	*clock = (struct display_frame_clock){ .queue = wl_display_create_queue(compositor),
					       .surface = wl_proxy_create_wrapper(surface) };
	if (clock->queue == NULL || clock->surface == NULL) {
		display_frame_clock_finish(clock);
		base_debug("no frame callbacks: out of memory");
		return;
	}
	wl_proxy_set_queue((struct wl_proxy *)clock->surface, clock->queue);
	clock->compositor = compositor;
}

void display_frame_clock_finish(struct display_frame_clock *clock)
{
	if (clock->callback != NULL)
		wl_callback_destroy(clock->callback);
	if (clock->surface != NULL)
		wl_proxy_wrapper_destroy(clock->surface);
	if (clock->queue != NULL)
		wl_event_queue_destroy(clock->queue);
	*clock = (struct display_frame_clock){ 0 };
}

/* `time` is ignored: it is in milliseconds of a clock that the compositor does not name. */
static void on_taken(void *data, struct wl_callback *callback, uint32_t time)
{
	struct display_frame_clock *clock = data;

	(void)time;
	wl_callback_destroy(callback);
	clock->callback = NULL;
	clock->asked = 0;
}

void display_frame_clock_ask(struct display_frame_clock *clock, int64_t now)
{
	static const struct wl_callback_listener listener = { on_taken };

	if (clock->compositor == NULL || clock->callback != NULL)
		return;
	clock->callback = wl_surface_frame(clock->surface);
	if (clock->callback == NULL)
		return;
	wl_callback_add_listener(clock->callback, &listener, clock);
	clock->asked = now;
}

bool display_frame_clock_dispatch(struct display_frame_clock *clock, int64_t at)
{
	if (clock->callback == NULL)
		return false;
	/* Errors are ignored, because SDL also notices a broken connection. */
	wl_display_dispatch_queue_pending(clock->compositor, clock->queue);
	if (clock->callback != NULL)
		return false;
	clock->taken = at;
	return true;
}
