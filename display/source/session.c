/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/session.h"

#include <string.h>
#include <sys/epoll.h>

#include "display/picture/clock.h"
#include "display/source/bus.h"
#include "vgpu/base/log.h"

/* How long an ending QEMU may take to close one socket after the other; ms. */
#define BETWEEN_MS 2000
/* How long to wait for the first picture of a new screen; ms. */
#define PICTURE_MS 1000

static void ignore(void *data)
{
	(void)data;
}

static void note_vm_end(void *data, enum display_vm_end how)
{
	struct display_session *session = data;

	base_debug("the VM ended");
	session->ended = true;
	session->how = how;
}

/* If the VM has ended, another socket will report it, now or in a moment. */
static void await_reason(struct display_session *session)
{
	session->reason_by =
		display_clock_ms() + (session->listener_closed ? session->vm->lag_ms : BETWEEN_MS);
}

/*
 * A new peer-to-peer client of QEMU replaces the last one: QEMU 10 closes the last one's
 * connection to the console, QEMU 7.2 also the listener's (dbus_display_add_client in
 * ui/dbus.c).
 */
static int on_closed(sd_bus_message *m, void *data, sd_bus_error *error)
{
	(void)m;
	(void)error;
	base_debug("QEMU closed the console's connection");
	await_reason(data);
	return 0;
}

static void send_input(struct display_session *session)
{
	struct display_input_event event;

	while (display_input_take(session->input, &event)) {
		display_console_send(&session->shown->console, &event);
		if (session->shown->planes != NULL)
			display_planes_note_input(session->shown->planes);
	}
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *data)
{
	(void)source;
	(void)fd;
	(void)events;
	send_input(data);
	return 0;
}

static int open_bus(struct display_session *session, struct base_error *err)
{
	int fd, r;

	display_report_call(session->report, session->vm->peer);
	fd = display_vm_open_display(session->vm, err);
	if (fd < 0)
		return -1;
	display_report_call(session->report, DISPLAY_PEER_QEMU);
	session->bus = display_bus_open(fd, session->loop, err);
	if (session->bus == NULL)
		return -1;
	r = sd_bus_match_signal(session->bus, NULL, NULL, NULL, "org.freedesktop.DBus.Local",
				"Disconnected", on_closed, session);
	if (r < 0)
		return base_error_errno(err, -r, "cannot follow QEMU");
	return display_bus_start(session->bus, session->loop, err);
}

static void choose_vgpu(struct display_session *session, const struct display_head *head)
{
	display_vm_choose_vgpu(session->vm, head->console.label, head->console.count == 1);
}

/* Tells the window which screen's pictures follow. */
static void tell_shown(struct display_session *session)
{
	const struct display_console *console = &session->shown->console;
	struct display_status *status = &session->report->status;
	bool has_name = console->vm_name != NULL && console->vm_name[0] != '\0';

	display_report_set_title(session->report, has_name ? console->vm_name : session->vm->name);
	status->screen = console->number;
	status->screens = console->count;
	status->width = console->width;
	status->height = console->height;
	memcpy(status->vgpu, session->vm->vgpu, sizeof(status->vgpu));
	display_report_state(session->report, DISPLAY_STATE_SHOWN);
}

/* If the user wants only planes, a screen without planes is refused. */
static int check_planes(const struct display_session *session, const struct display_head *head,
			struct base_error *err)
{
	if (!session->needs_planes || session->vm->vgpu[0] != '\0')
		return 0;
	return base_error_set(err, BASE_FAILED,
			      "screen %u of '%s' does not belong to a vGPU, so it has no planes to "
			      "read: choose another one with --screen (there are %u), or leave out "
			      "--source direct",
			      head->console.number, session->report->status.title,
			      head->console.count);
}

/* Starts to read the planes of the shown screen, beside QEMU's pictures. */
static int start_planes(struct display_session *session, struct base_error *err)
{
	struct display_head *head = session->shown;

	if (!session->with_planes || session->vm->vgpu[0] == '\0')
		return 0;
	head->planes =
		display_planes_create(session->vm, session->mailbox, session->needs_planes, err);
	if (head->planes == NULL)
		return -1;
	display_planes_set_hidden(head->planes, session->hidden);
	return display_planes_start(head->planes, err);
}

static int watch_input(struct display_session *session, struct base_error *err)
{
	int r = sd_event_add_io(session->loop->event, &session->input_source,
				display_input_fd(session->input), EPOLLIN, on_input, session);

	return r < 0 ? base_error_errno(err, -r, "cannot make an event loop") : 0;
}

static int open_session(struct display_session *session, unsigned int screen,
			struct base_error *err)
{
	struct display_input_event event;

	session->vm->ended = note_vm_end;
	session->vm->ended_data = session;
	session->staging = display_mailbox_create(ignore, NULL, err);
	if (session->staging == NULL || open_bus(session, err) < 0)
		return -1;
	session->shown = display_head_create(session->bus, session->loop, screen, err);
	if (session->shown == NULL)
		return -1;
	choose_vgpu(session, session->shown);
	/* What was typed before is not meant for this run of the VM. */
	while (display_input_take(session->input, &event))
		;
	session->report->status.run++;
	tell_shown(session);
	if (display_head_listen(session->shown, session->mailbox, err) < 0)
		return -1;
	display_report_call(session->report, DISPLAY_PEER_NONE);
	display_console_set_input(&session->shown->console, session->input);
	return watch_input(session, err);
}

/* Without the answers there is nothing to show: a QEMU that hangs is waited for. */
int display_session_open(struct display_session *session, unsigned int screen,
			 struct base_error *err)
{
	int result;

	session->loop->is_patient = true;
	result = open_session(session, screen, err);
	session->loop->is_patient = false;
	return result;
}

static void drop_next(struct display_session *session)
{
	display_head_destroy(BASE_STEAL_PTR(session->next));
	display_mailbox_reopen(session->staging);
	choose_vgpu(session, session->shown);
}

static int open_next(struct display_session *session, unsigned int number, struct base_error *err)
{
	session->next = display_head_create(session->bus, session->loop, number, err);
	if (session->next == NULL)
		return -1;
	choose_vgpu(session, session->next);
	if (check_planes(session, session->next, err) < 0)
		return -1;
	return display_head_listen(session->next, session->staging, err);
}

/* The old screen is served and shown until the new one has a picture. */
static void switch_screen(struct display_session *session)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	const struct display_console *console = &session->shown->console;
	unsigned int number = session->wanted;
	int result;

	session->wanted = 0;
	drop_next(session);
	if (number == console->number)
		return;
	if (number > console->count) {
		base_info("'%s' has no screen %u: it has %u", session->report->status.title, number,
			  console->count);
		return;
	}
	display_report_call(session->report, DISPLAY_PEER_QEMU);
	result = open_next(session, number, &why);
	display_report_call(session->report, DISPLAY_PEER_NONE);
	session->next_by = display_clock_ms() + PICTURE_MS;
	if (result == 0)
		return;
	drop_next(session);
	/* If the whole session is ending, that is reported elsewhere. */
	if (!session->loop->stop && !session->ended && session->reason_by == 0)
		base_warning("cannot switch to screen %u, screen %u stays: %s", number,
			     console->number, why.message);
}

/* Shows the new screen, whether it has a picture or not. */
static void show_next(struct display_session *session)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	bool has_picture = display_mailbox_has_picture(session->staging);

	display_head_destroy(session->shown);
	session->shown = BASE_STEAL_PTR(session->next);
	session->switched_to = session->shown->console.number;
	tell_shown(session);
	display_mailbox_replace(session->mailbox, session->staging);
	if (!has_picture)
		display_mailbox_put_disable(session->mailbox, display_clock_ms() - DISPLAY_HOLD_MS);
	display_listener_set_mailbox(session->shown->listener, session->mailbox);
	display_console_set_input(&session->shown->console, session->input);
	if (start_planes(session, &why) < 0)
		base_warning("%s", why.message);
}

/* QEMU may remove the screen and close its listener. */
static void tend_next(struct display_session *session, int64_t now)
{
	if (session->next == NULL)
		return;
	if (session->next->closed) {
		base_warning("cannot switch to screen %u: QEMU closed it",
			     session->next->console.number);
		drop_next(session);
	} else if (display_mailbox_has_picture(session->staging) || now >= session->next_by) {
		show_next(session);
	}
}

/*
 * While QEMU is silent, input stays in the viewer's own queue, which merges moves and is
 * limited; sd-bus's queue would grow.
 */
static void take_pulse(struct display_session *session, int64_t now)
{
	int64_t silent_since;

	display_pulse_beat(&session->pulse, session->bus, session->shown->console.path,
			   session->hidden, now);
	silent_since = display_pulse_silent_since(&session->pulse, now);
	display_report_silence(session->report, silent_since);
	sd_event_source_set_enabled(session->input_source,
				    silent_since == 0 ? SD_EVENT_ON : SD_EVENT_OFF);
}

static int64_t due(const struct display_session *session, int64_t now)
{
	int64_t at = display_pulse_due(&session->pulse, session->hidden, now);

	if (session->next != NULL && session->next_by < at)
		at = session->next_by;
	if (session->reason_by != 0 && session->reason_by < at)
		at = session->reason_by;
	return at;
}

static int fail(const struct display_session *session, const char *why, struct base_error *err)
{
	return base_error_set(err, BASE_FAILED, "the VM '%s' %s", session->report->status.title,
			      why);
}

/* Nobody reported the VM's end: a new connection to libvirt is asked, which may hang. */
static bool has_stopped(struct display_session *session)
{
	bool has_stopped = false;

	if (!session->vm->deaf)
		return false;
	display_report_call(session->report, session->vm->peer);
	has_stopped = display_vm_look(session->vm, NULL) == 0;
	display_report_call(session->report, DISPLAY_PEER_NONE);
	return has_stopped;
}

static int end(struct display_session *session, struct base_error *err)
{
	if (session->ended && session->how == DISPLAY_VM_FAILED)
		return fail(session, "ended unexpectedly: QEMU is gone, its log may say why", err);
	if (session->ended || has_stopped(session))
		return 0;
	return fail(session,
		    "closed its display: another viewer may have it now, QEMU serves one at a time",
		    err);
}

int display_session_run(struct display_session *session, struct base_error *err)
{
	if (check_planes(session, session->shown, err) < 0 || start_planes(session, err) < 0)
		return -1;
	for (;;) {
		int64_t now = display_clock_ms();

		if (session->shown->closed && !session->listener_closed) {
			session->listener_closed = true;
			await_reason(session);
		}
		if (session->ended || (session->reason_by != 0 && now >= session->reason_by))
			return end(session, err);
		/* While a screen is being opened, the user may ask for another one. */
		while (session->wanted != 0)
			switch_screen(session);
		now = display_clock_ms();
		tend_next(session, now);
		take_pulse(session, now);
		if (display_events_wait(session->loop, due(session, now), err) < 0)
			return session->loop->stop ? 0 : -1;
	}
}

void display_session_close(struct display_session *session)
{
	if (session->input_source != NULL)
		send_input(session);
	session->vm->ended = NULL;
	session->input_source = sd_event_source_disable_unref(session->input_source);
	display_pulse_finish(&session->pulse);
	display_head_destroy(BASE_STEAL_PTR(session->next));
	display_head_destroy(BASE_STEAL_PTR(session->shown));
	display_bus_close(BASE_STEAL_PTR(session->bus));
	display_mailbox_destroy(BASE_STEAL_PTR(session->staging));
	display_report_call(session->report, DISPLAY_PEER_NONE);
	display_report_silence(session->report, 0);
	*session = (struct display_session){
		.vm = session->vm,
		.loop = session->loop,
		.mailbox = session->mailbox,
		.input = session->input,
		.report = session->report,
		.with_planes = session->with_planes,
		.needs_planes = session->needs_planes,
		.hidden = session->hidden,
	};
}
