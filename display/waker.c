/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/waker.h"

#include <SDL_syswm.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>

#include "vgpu/base/cleanup.h"

#ifdef SDL_VIDEO_DRIVER_WAYLAND
#include <wayland-client-core.h>
#endif

#define REPEAT_MS 5 /* SDL repeats a key that is held when it is asked for events */

int display_waker_init(struct display_waker *waker, struct base_error *err)
{
	*waker = (struct display_waker)DISPLAY_WAKER_INIT;
	waker->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return waker->fd < 0 ? base_error_errno(err, errno, "cannot wait for events") : 0;
}

void display_waker_attach(struct display_waker *waker, SDL_Window *window)
{
#ifdef SDL_VIDEO_DRIVER_WAYLAND
	SDL_SysWMinfo info = { 0 };

	SDL_VERSION(&info.version);
	if (SDL_GetWindowWMInfo(window, &info) && info.subsystem == SDL_SYSWM_WAYLAND) {
		waker->compositor = info.info.wl.display;
		waker->connection = wl_display_get_fd(waker->compositor);
		return;
	}
#else
	(void)window;
#endif
	waker->event = SDL_RegisterEvents(1);
}

void display_waker_wake(struct display_waker *waker)
{
	SDL_Event event = { 0 };

	/* It fails only when nobody has looked at it for 2^64 times. */
	eventfd_write(waker->fd, 1);
	event.type = waker->event;
	if (event.type != 0)
		SDL_PushEvent(&event);
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
 * Whoever else reads from the compositor, as other threads of a graphics driver may,
 * reads for all queues, and is held back until we have waited; false where there is
 * something in SDL's already. `unsent`: not all could be told that there is to tell.
 */
static bool begin_read(const struct display_waker *waker, bool *unsent)
{
	*unsent = false;
#ifdef SDL_VIDEO_DRIVER_WAYLAND
	if (waker->compositor == NULL)
		return true;
	if (wl_display_prepare_read(waker->compositor) < 0)
		return false;
	*unsent = wl_display_flush(waker->compositor) < 0 && errno == EAGAIN;
#endif
	return true;
}

static void end_read(const struct display_waker *waker, bool is_readable)
{
#ifdef SDL_VIDEO_DRIVER_WAYLAND
	if (waker->compositor == NULL)
		return;
	/* That the compositor is gone is found out by SDL, too. */
	if (is_readable)
		wl_display_read_events(waker->compositor);
	else
		wl_display_cancel_read(waker->compositor);
#else
	(void)waker;
	(void)is_readable;
#endif
}

/* After SDL has looked for events and found none. */
static void wait_for_files(const struct display_waker *waker, int ms)
{
	struct pollfd fds[] = { { .fd = waker->fd, .events = POLLIN },
				{ .fd = waker->connection, .events = POLLIN } };
	bool unsent, is_readable;

	if ((ms < 0 || ms > REPEAT_MS) && is_key_down())
		ms = REPEAT_MS;
	if (!begin_read(waker, &unsent))
		return;
	if (unsent)
		fds[1].events |= POLLOUT;
	is_readable = poll(fds, 2, ms) > 0 && (fds[1].revents & ~POLLOUT) != 0;
	end_read(waker, is_readable);
}

static bool wait_for_event(struct display_waker *waker, SDL_Event *event, int ms)
{
	if (SDL_PollEvent(event))
		return true;
	if (waker->connection >= 0) {
		if (ms != 0)
			wait_for_files(waker, ms);
		return SDL_PollEvent(event);
	}
	if (was_woken(waker))
		ms = 0;
	return ms < 0 ? SDL_WaitEvent(event) : SDL_WaitEventTimeout(event, ms);
}

bool display_waker_wait(struct display_waker *waker, SDL_Event *event, int ms)
{
	bool is_there = wait_for_event(waker, event, ms);

	/* Also where an event has ended the wait: who was to be woken is awake. */
	was_woken(waker);
	return is_there;
}

void display_waker_finish(struct display_waker *waker)
{
	if (waker != NULL)
		base_cleanup_fd(&waker->fd);
}
