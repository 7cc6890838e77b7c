/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "display/source/console.h"
#include "display/source/listener.h"
#include "display/source/source.h"
#include "vgpu/base/log.h"

/* How long a QEMU that ends may take between the closing of one socket and the next; ms. */
#define BETWEEN_MS 2000

struct qemu {
	struct display_source source;
	struct display_vm *vm;
	sd_event *event;
	struct display_mailbox *mailbox;
	struct display_input *input;
	sd_bus *bus;	      /* to QEMU's console */
	sd_bus *listener_bus; /* from it */
	struct display_console console;
	struct display_listener *listener;
	sd_event_source *input_source, *stop_source, *reason_source;
	bool listener_closed;
	bool stop; /* the thread's */
	int stop_fd;
	pthread_t thread;
	bool started;
};

static void send_input(struct qemu *qemu)
{
	struct display_input_event event;

	while (display_input_take(qemu->input, &event))
		display_console_send(&qemu->console, &event);
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *data)
{
	(void)source;
	(void)fd;
	(void)events;
	send_input(data);
	return 0;
}

static int on_stop(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct qemu *qemu = data;

	(void)source;
	(void)fd;
	(void)events;
	qemu->stop = true;
	return 0;
}

static void end(struct qemu *qemu, const char *why)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };

	base_error_set(&err, BASE_FAILED, "the VM '%s' %s", qemu->source.title, why);
	display_mailbox_put_end(qemu->mailbox, &err);
}

static void on_vm_end(void *data, enum display_vm_end how)
{
	struct qemu *qemu = data;

	base_debug("the VM ended");
	if (how == DISPLAY_VM_FAILED)
		end(qemu, "ended unexpectedly: QEMU is gone, its log may say why");
	else
		display_mailbox_put_end(qemu->mailbox, NULL);
}

/*
 * A new client of QEMU's, peer to peer, takes the place of the last one: QEMU
 * 10 closes that one's connection to the console, 7.2 the listener's too
 * (dbus_display_add_client in ui/dbus.c).
 */
static int on_no_reason(sd_event_source *source, uint64_t usec, void *data)
{
	struct qemu *qemu = data;

	(void)source;
	(void)usec;
	if (qemu->vm->deaf && display_vm_look(qemu->vm, NULL) == 0) {
		on_vm_end(qemu, DISPLAY_VM_STOPPED);
		return 0;
	}
	end(qemu, "closed its display: another viewer may have it now, QEMU serves one at a time");
	return 0;
}

/* The VM's end, if it is one, is told on another socket, now or in a moment. */
static void wait_for_reason(struct qemu *qemu)
{
	int64_t ms = qemu->listener_closed ? qemu->vm->lag_ms : BETWEEN_MS;

	sd_event_source_disable_unref(qemu->reason_source);
	qemu->reason_source = NULL;
	if (sd_event_add_time_relative(qemu->event, &qemu->reason_source, CLOCK_MONOTONIC,
				       (uint64_t)ms * 1000, 0, on_no_reason, qemu) < 0)
		on_no_reason(NULL, 0, qemu);
}

static int on_console_closed(sd_bus_message *m, void *data, sd_bus_error *error)
{
	(void)m;
	(void)error;
	base_debug("QEMU closed the console's connection");
	wait_for_reason(data);
	return 0;
}

static int on_listener_closed(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct qemu *qemu = data;

	(void)m;
	(void)error;
	base_debug("QEMU closed the listener's connection");
	qemu->listener_closed = true;
	wait_for_reason(qemu);
	return 0;
}

static int attach(struct qemu *qemu, sd_bus *bus, sd_bus_message_handler_t on_closed,
		  struct base_error *err)
{
	int r = sd_bus_match_signal(bus, NULL, NULL, NULL, "org.freedesktop.DBus.Local",
				    "Disconnected", on_closed, qemu);

	if (r >= 0)
		r = sd_bus_attach_event(bus, qemu->event, SD_EVENT_PRIORITY_NORMAL);
	if (r < 0)
		return base_error_errno(err, -r, "cannot follow QEMU");
	return 0;
}

static int start_bus(sd_bus *bus, struct base_error *err)
{
	int r = sd_bus_start(bus);

	if (r < 0)
		return base_error_errno(err, -r, "cannot speak D-Bus to QEMU");
	return 0;
}

static int connect_console(struct qemu *qemu, unsigned int screen, struct base_error *err)
{
	int fd = display_vm_open_display(qemu->vm, err);

	if (fd < 0)
		return -1;
	qemu->bus = display_console_open_bus(fd, err);
	if (qemu->bus == NULL || start_bus(qemu->bus, err) < 0 ||
	    display_console_init(&qemu->console, qemu->bus, screen, qemu->input, err) < 0)
		return -1;
	qemu->source.width = qemu->console.width;
	qemu->source.height = qemu->console.height;
	qemu->source.screen = qemu->console.number;
	qemu->source.screens = qemu->console.count;
	display_vm_choose_vgpu(qemu->vm, qemu->console.label, qemu->console.count == 1);
	if (qemu->console.vm_name != NULL && qemu->console.vm_name[0] != '\0')
		qemu->source.title = qemu->console.vm_name;
	return attach(qemu, qemu->bus, on_console_closed, err);
}

static void on_resized(void *data)
{
	struct qemu *qemu = data;

	display_listener_follow_size(qemu->listener, qemu->console.width, qemu->console.height);
}

static bool ask_size(void *data, uint32_t *width, uint32_t *height)
{
	struct qemu *qemu = data;

	if (display_console_ask_size(&qemu->console, NULL) < 0)
		return false;
	*width = qemu->console.width;
	*height = qemu->console.height;
	return true;
}

static int connect_listener(struct qemu *qemu, struct base_error *err)
{
	qemu->listener_bus = display_console_register(&qemu->console, err);
	if (qemu->listener_bus == NULL)
		return -1;
	qemu->listener =
		display_listener_create(qemu->listener_bus, qemu->mailbox, ask_size, qemu, err);
	if (qemu->listener == NULL || display_console_start_listener(qemu->listener_bus, err) < 0)
		return -1;
	qemu->console.resized = on_resized;
	qemu->console.resized_data = qemu;
	return attach(qemu, qemu->listener_bus, on_listener_closed, err);
}

static int watch_fds(struct qemu *qemu, struct base_error *err)
{
	int r;

	qemu->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (qemu->stop_fd < 0)
		return base_error_errno(err, errno, "cannot make an eventfd");
	r = sd_event_add_io(qemu->event, &qemu->stop_source, qemu->stop_fd, EPOLLIN, on_stop, qemu);
	if (r >= 0)
		r = sd_event_add_io(qemu->event, &qemu->input_source, display_input_fd(qemu->input),
				    EPOLLIN, on_input, qemu);
	if (r < 0)
		return base_error_errno(err, -r, "cannot make an event loop");
	return 0;
}

static void *run(void *data)
{
	struct qemu *qemu = data;
	int r = 0;

	/* A loop that was told to exit could not be run again. */
	while (r >= 0 && !qemu->stop)
		r = sd_event_run(qemu->event, UINT64_MAX);
	if (r < 0) {
		BASE_AUTO(base_error) struct base_error err = { 0 };

		base_error_errno(&err, -r, "the event loop failed");
		display_mailbox_put_end(qemu->mailbox, &err);
	}
	return NULL;
}

static int start(struct display_source *source, struct base_error *err)
{
	struct qemu *qemu = (struct qemu *)source;
	int r;

	qemu->vm->ended = on_vm_end;
	qemu->vm->ended_data = qemu;
	if (connect_listener(qemu, err) < 0)
		return -1;
	r = pthread_create(&qemu->thread, NULL, run, qemu);
	if (r != 0)
		return base_error_errno(err, r, "cannot start a thread");
	qemu->started = true;
	return 0;
}

/* Not flushed: a QEMU that reads has it all already, for one that hangs we must not wait. */
static void close_bus(sd_bus *bus)
{
	if (bus == NULL)
		return;
	sd_bus_detach_event(bus);
	sd_bus_close_unref(bus);
}

static void destroy(struct display_source *source)
{
	struct qemu *qemu = (struct qemu *)source;

	if (qemu->started) {
		eventfd_write(qemu->stop_fd, 1);
		pthread_join(qemu->thread, NULL);
		send_input(qemu);
	}
	qemu->vm->ended = NULL;
	sd_event_source_disable_unref(qemu->reason_source);
	sd_event_source_disable_unref(qemu->input_source);
	sd_event_source_disable_unref(qemu->stop_source);
	display_listener_destroy(qemu->listener);
	display_console_finish(&qemu->console);
	close_bus(qemu->listener_bus);
	close_bus(qemu->bus);
	base_cleanup_fd(&qemu->stop_fd);
	free(qemu);
}

static const struct display_source_ops qemu_ops = {
	.start = start,
	.destroy = destroy,
};

struct display_source *display_qemu_create(struct display_vm *vm, unsigned int screen,
					   sd_event *event, struct display_mailbox *mailbox,
					   struct display_input *input, struct base_error *err)
{
	struct qemu *qemu = calloc(1, sizeof(*qemu));

	if (qemu == NULL) {
		base_error_errno(err, ENOMEM, "cannot start");
		return NULL;
	}
	qemu->source.ops = &qemu_ops;
	qemu->source.title = vm->name;
	qemu->vm = vm;
	qemu->event = event;
	qemu->mailbox = mailbox;
	qemu->input = input;
	qemu->stop_fd = -1;
	if (connect_console(qemu, screen, err) < 0 || watch_fds(qemu, err) < 0) {
		destroy(&qemu->source);
		return NULL;
	}
	return &qemu->source;
}
