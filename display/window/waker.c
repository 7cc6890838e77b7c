/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/window/waker.h"

#include <SDL_syswm.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <wayland-client-core.h>

#include "display/picture/clock.h"
#include "vgpu/base/cleanup.h"

#define REPEAT_MS 5  /* SDL repeats a held key only when it is asked for events */
#define LOOK_MS	  10 /* for a display server whose connection cannot be polled */

int display_waker_init(struct display_waker *waker, struct base_error *err)
{
	*waker = (struct display_waker)DISPLAY_WAKER_INIT;
	waker->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return waker->fd < 0 ? base_error_errno(err, errno, "cannot wait for events") : 0;
}

void display_waker_attach(struct display_waker *waker, struct display_window *window)
{
#ifdef SDL_VIDEO_DRIVER_X11
	SDL_SysWMinfo info = { 0 };

	SDL_VERSION(&info.version);
	if (SDL_GetWindowWMInfo(window->sdl, &info) && info.subsystem == SDL_SYSWM_X11)
		waker->x11 = ConnectionNumber(info.info.x11.display);
#endif
	waker->clock = &window->clock;
	waker->compositor = window->clock.compositor;
}

void display_waker_wake(struct display_waker *waker)
{
	/* This fails only after almost 2^64 wakes that were not read. */
	eventfd_write(waker->fd, 1);
}

static bool was_woken(struct display_waker *waker)
{
	eventfd_t count;

	return eventfd_read(waker->fd, &count) == 0;
}

static bool is_key_down(void)
{
	int count;
	const uint8_t *keys = SDL_GetKeyboardState(&count);

	return memchr(keys, SDL_PRESSED, (size_t)count) != NULL;
}

/*
 * Call it after SDL has looked for events and found none. Another reader of the connection,
 * such as a graphics driver's thread, reads for all queues and is held back meanwhile. True
 * if the compositor has taken a picture.
 */
static bool wait_for_compositor(const struct display_waker *waker, int ms)
{
	struct wl_display *compositor = waker->compositor;
	struct pollfd fds[] = { { .fd = waker->fd, .events = POLLIN },
				{ .fd = wl_display_get_fd(compositor), .events = POLLIN } };

	if ((ms < 0 || ms > REPEAT_MS) && is_key_down())
		ms = REPEAT_MS;
	/* Another thread has read something for SDL since SDL looked. */
	if (wl_display_prepare_read(compositor) < 0)
		return false;
	/* SDL may have read for the clock's queue, too, some time ago. */
	if (display_frame_clock_dispatch(waker->clock, 0)) {
		wl_display_cancel_read(compositor);
		return true;
	}
	if (wl_display_flush(compositor) < 0 && errno == EAGAIN)
		fds[1].events |= POLLOUT;
	/* Errors are ignored, because SDL also notices that the compositor is gone. */
	if (poll(fds, 2, ms) > 0 && (fds[1].revents & ~POLLOUT) != 0)
		wl_display_read_events(compositor);
	else
		wl_display_cancel_read(compositor);
	return display_frame_clock_dispatch(waker->clock, display_clock_ns());
}

/* Call it after SDL has looked for events and found none: it has then read and sent all. */
static bool wait_for_server(const struct display_waker *waker, SDL_Event *event, int ms)
{
	struct pollfd fds[] = { { .fd = waker->fd, .events = POLLIN },
				{ .fd = waker->x11, .events = POLLIN } };

	for (;;) {
		/* If there is no connection to poll, SDL is asked now and then. */
		bool asks = waker->x11 < 0 && (ms < 0 || ms > LOOK_MS);
		bool is_over = poll(fds, 2, asks ? LOOK_MS : ms) != 0 || !asks;

		if (SDL_PollEvent(event))
			return true;
		if (is_over)
			return false;
		if (ms > 0)
			ms -= LOOK_MS;
	}
}

static bool wait_for_event(struct display_waker *waker, SDL_Event *event, int ms)
{
	if (SDL_PollEvent(event))
		return true;
	if (ms == 0)
		return false;
	if (waker->compositor == NULL)
		return wait_for_server(waker, event, ms);
	return !wait_for_compositor(waker, ms) && SDL_PollEvent(event);
}

bool display_waker_wait(struct display_waker *waker, SDL_Event *event, int ms)
{
	bool is_there = wait_for_event(waker, event, ms);

	/* Clears the wake even if an event has ended the wait: the thread is awake now. */
	was_woken(waker);
	if (waker->compositor != NULL)
		display_frame_clock_dispatch(waker->clock, 0);
	return is_there;
}

void display_waker_sleep(struct display_waker *waker, int ms)
{
	struct pollfd woken = { .fd = waker->fd, .events = POLLIN };

	poll(&woken, 1, ms);
	was_woken(waker);
}

void display_waker_finish(struct display_waker *waker)
{
	if (waker != NULL)
		base_cleanup_fd(&waker->fd);
}
