/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/bus.h"

#include <errno.h>

#include "display/picture/clock.h"

#define NEVER		    UINT64_MAX /* display_bus_call has its own time limit */
#define READ_WITH_HANDSHAKE 1024       /* calls; more than fit in sd-bus's buffer */

static int configure(sd_bus *bus, int *fd, sd_event *event)
{
	int r = sd_bus_set_fd(bus, *fd, *fd);

	if (r < 0)
		return r;
	*fd = -1;
	r = sd_bus_set_exit_on_disconnect(bus, false);
	if (r >= 0)
		r = sd_bus_negotiate_fds(bus, true);
	if (r >= 0)
		r = sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL);
	return r;
}

sd_bus *display_bus_open(int fd, struct display_events *loop, struct base_error *err)
{
	BASE_AUTO(fd) int owned = fd;
	BASE_AUTO(bus) sd_bus *bus = NULL;
	int r = sd_bus_new(&bus);

	if (r >= 0)
		r = configure(bus, &owned, loop->event);
	if (r < 0) {
		base_error_errno(err, -r, "cannot use D-Bus with QEMU");
		return NULL;
	}
	return BASE_STEAL_PTR(bus);
}

/*
 * sd-bus may read QEMU's first calls together with the end of the handshake. The event loop
 * then sees an empty socket and would never process them, so they are processed here. The
 * number is limited, in case QEMU never stops calling.
 */
static int process_what_was_read(sd_bus *bus)
{
	int r = 1;

	for (int i = 0; r > 0 && i < READ_WITH_HANDSHAKE; i++)
		r = sd_bus_process(bus, NULL);
	return r;
}

static int64_t patience_of(const struct display_events *loop)
{
	return loop->is_patient ? DISPLAY_EVENTS_EVER
				: display_clock_ms() + DISPLAY_BUS_PATIENCE_MS;
}

int display_bus_start(sd_bus *bus, struct display_events *loop, struct base_error *err)
{
	int64_t until = patience_of(loop);
	int r = sd_bus_start(bus);

	while (r >= 0 && !sd_bus_is_ready(bus)) {
		int waited = display_events_wait(loop, until, err);

		if (waited < 0)
			return -1;
		if (!sd_bus_is_open(bus))
			r = -ECONNRESET;
		else if (waited == 0 && !sd_bus_is_ready(bus))
			r = -ETIMEDOUT;
	}
	if (r >= 0)
		r = process_what_was_read(bus);
	return r < 0 ? base_error_errno(err, -r, "cannot connect to QEMU's D-Bus display") : 0;
}

void display_bus_close(sd_bus *bus)
{
	if (bus == NULL)
		return;
	sd_bus_detach_event(bus);
	sd_bus_close_unref(bus);
}

static int keep_answer(sd_bus_message *m, void *data, sd_bus_error *error)
{
	sd_bus_message **answer = data;

	(void)error;
	*answer = sd_bus_message_ref(m);
	return 0;
}

int display_bus_call(sd_bus *bus, struct display_events *loop, sd_bus_message *m,
		     sd_bus_message **reply, struct base_error *err)
{
	int64_t until = patience_of(loop);
	BASE_AUTO(bus_message) sd_bus_message *answer = NULL;
	BASE_AUTO(bus_slot) sd_bus_slot *slot = NULL;
	int r = sd_bus_call_async(bus, &slot, m, keep_answer, &answer, NEVER);

	if (r < 0)
		return base_error_errno(err, -r, "cannot use D-Bus with QEMU");
	while (answer == NULL) {
		r = display_events_wait(loop, until, err);
		if (r < 0)
			return -1;
		if (r == 0 && answer == NULL)
			return base_error_errno(err, ETIMEDOUT, "QEMU does not answer");
	}
	if (sd_bus_message_is_method_error(answer, NULL)) {
		const sd_bus_error *error = sd_bus_message_get_error(answer);

		return base_error_set(err, BASE_FAILED, "%s",
				      error->message != NULL ? error->message : error->name);
	}
	if (reply != NULL)
		*reply = BASE_STEAL_PTR(answer);
	return 0;
}

int display_bus_new_get(sd_bus *bus, sd_bus_message **m, const char *path, const char *interface,
			const char *name)
{
	int r = sd_bus_message_new_method_call(bus, m, NULL, path,
					       "org.freedesktop.DBus.Properties", "Get");

	return r >= 0 ? sd_bus_message_append(*m, "ss", interface, name) : r;
}
