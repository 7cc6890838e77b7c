/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/head.h"

#include <errno.h>

#include "display/source/bus.h"
#include "vgpu/base/log.h"

struct display_head *display_head_create(sd_bus *bus, struct display_events *loop,
					 unsigned int number, struct base_error *err)
{
	BASE_AUTO(display_head) struct display_head *head = calloc(1, sizeof(*head));

	if (head == NULL) {
		base_error_errno(err, ENOMEM, "cannot look at the VM's screen");
		return NULL;
	}
	if (display_console_init(&head->console, bus, loop, number, err) < 0)
		return NULL;
	return BASE_STEAL_PTR(head);
}

static int on_closed(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct display_head *head = data;

	(void)m;
	(void)error;
	base_debug("QEMU closed the listener's connection");
	head->closed = true;
	return 0;
}

static void follow_size(void *data)
{
	struct display_head *head = data;

	display_listener_follow_size(head->listener, head->console.width, head->console.height);
}

static bool ask_size(void *data, uint32_t *width, uint32_t *height)
{
	struct display_head *head = data;

	if (display_console_ask_size(&head->console, NULL) < 0)
		return false;
	*width = head->console.width;
	*height = head->console.height;
	return true;
}

int display_head_listen(struct display_head *head, struct display_mailbox *mailbox,
			struct base_error *err)
{
	int r;

	head->bus = display_console_register(&head->console, err);
	if (head->bus == NULL)
		return -1;
	head->listener = display_listener_create(head->bus, mailbox, ask_size, head, err);
	if (head->listener == NULL)
		return -1;
	r = sd_bus_match_signal(head->bus, NULL, NULL, NULL, "org.freedesktop.DBus.Local",
				"Disconnected", on_closed, head);
	if (r < 0)
		return base_error_errno(err, -r, "cannot follow QEMU");
	head->console.resized = follow_size;
	head->console.resized_data = head;
	return display_bus_start(head->bus, head->console.loop, err);
}

void display_head_destroy(struct display_head *head)
{
	if (head == NULL)
		return;
	display_planes_destroy(head->planes);
	display_listener_destroy(head->listener);
	display_console_finish(&head->console);
	display_bus_close(head->bus);
	free(head);
}
