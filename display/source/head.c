/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/head.h"

#include <errno.h>

#include "display/source/bus.h"
#include "vgpu/base/log.h"

struct display_head *display_head_create(sd_bus *bus, struct display_events *loop,
					 unsigned int number, struct base_error *err)
{
	BASE_AUTO(display_head) struct display_head *screen = calloc(1, sizeof(*screen));

	if (screen == NULL) {
		base_error_errno(err, ENOMEM, "cannot look at the VM's screen");
		return NULL;
	}
	if (display_console_init(&screen->console, bus, loop, number, err) < 0)
		return NULL;
	return BASE_STEAL_PTR(screen);
}

static int on_closed(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct display_head *screen = data;

	(void)m;
	(void)error;
	base_debug("QEMU closed the listener's connection");
	screen->closed = true;
	return 0;
}

static void follow_size(void *data)
{
	struct display_head *screen = data;

	display_listener_follow_size(screen->listener, screen->console.width,
				     screen->console.height);
}

static bool ask_size(void *data, uint32_t *width, uint32_t *height)
{
	struct display_head *screen = data;

	if (display_console_ask_size(&screen->console, NULL) < 0)
		return false;
	*width = screen->console.width;
	*height = screen->console.height;
	return true;
}

int display_head_listen(struct display_head *screen, struct display_mailbox *mailbox,
			struct base_error *err)
{
	int r;

	screen->bus = display_console_register(&screen->console, err);
	if (screen->bus == NULL)
		return -1;
	screen->listener = display_listener_create(screen->bus, mailbox, ask_size, screen, err);
	if (screen->listener == NULL)
		return -1;
	r = sd_bus_match_signal(screen->bus, NULL, NULL, NULL, "org.freedesktop.DBus.Local",
				"Disconnected", on_closed, screen);
	if (r < 0)
		return base_error_errno(err, -r, "cannot follow QEMU");
	screen->console.resized = follow_size;
	screen->console.resized_data = screen;
	return display_bus_start(screen->bus, screen->console.loop, err);
}

void display_head_destroy(struct display_head *screen)
{
	if (screen == NULL)
		return;
	display_planes_destroy(screen->planes);
	display_listener_destroy(screen->listener);
	display_console_finish(&screen->console);
	display_bus_close(screen->bus);
	free(screen);
}
