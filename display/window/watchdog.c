/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/window/watchdog.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <wayland-client-core.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/log.h"

#define LOOK_MS	 200  /* between two looks at libwayland's own error */
#define GRACE_MS 1000 /* for the call to return by itself */

/* libwayland may have given up a connection that the compositor has not closed. */
static bool is_broken(const struct display_watchdog *watchdog, short revents)
{
	return (revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 ||
	       wl_display_get_error(watchdog->compositor) != 0;
}

static void end_process(const struct display_watchdog *watchdog)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	int error = wl_display_get_error(watchdog->compositor);

	base_error_set(&err, BASE_FAILED,
		       "cannot open a window: the compositor is gone (%s): start the viewer again "
		       "when the desktop is back",
		       strerror(error != 0 ? error : EPIPE));
	/* exit() could hang, because the other thread holds what a clean end would need. */
	_exit(base_log_error(&err));
}

static void *watch_compositor(void *data)
{
	const struct display_watchdog *watchdog = data;
	/* poll() reports a connection that was closed even if no events are asked for. */
	struct pollfd fds[] = { { .fd = watchdog->stop, .events = POLLIN },
				{ .fd = wl_display_get_fd(watchdog->compositor) } };

	do {
		if (BASE_RETRY(poll(fds, 2, LOOK_MS)) < 0 || fds[0].revents != 0)
			return NULL;
	} while (!is_broken(watchdog, fds[1].revents));
	if (BASE_RETRY(poll(fds, 1, GRACE_MS)) == 0)
		end_process(watchdog);
	return NULL;
}

void display_watchdog_start(struct display_watchdog *watchdog, struct wl_display *compositor)
{
	*watchdog = (struct display_watchdog){ .compositor = compositor, .stop = -1 };
	if (compositor == NULL)
		return;
	watchdog->stop = eventfd(0, EFD_CLOEXEC);
	if (watchdog->stop >= 0 &&
	    pthread_create(&watchdog->thread, NULL, watch_compositor, watchdog) != 0)
		base_cleanup_fd(&watchdog->stop);
}

void display_watchdog_stop(struct display_watchdog *watchdog)
{
	if (watchdog->stop < 0)
		return;
	eventfd_write(watchdog->stop, 1);
	pthread_join(watchdog->thread, NULL);
	base_cleanup_fd(&watchdog->stop);
}
