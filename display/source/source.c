/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source's thread, and the states of its VM as the window sees them:
 *
 *	LOOKING -> STARTING -> WAITING -> FOUND -> SHOWN -> the end
 *	                                            ^ |
 *	                                            | v
 *	                                            AWAY
 *
 * The functions below follow this order. They return 1 to continue, 0 for a normal end, and -1
 * and err for any other end. While they wait, a handler of the loop still receives the main
 * thread's orders. The only exception is a libvirt call, which blocks the thread until libvirt
 * answers.
 */
#include "display/source/source.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "display/picture/clock.h"
#include "display/source/events.h"
#include "display/source/report.h"
#include "display/source/session.h"
#include "display/source/vm.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/log.h"

#define END_MS	    1000 /* for a VM that ends during the connection to report its end */
#define END_LOOK_MS 50
#define END_WAIT_MS 1000 /* for the thread to end after it was told to stop */

struct display_source {
	struct display_source_wish wish;
	pthread_t thread;
	int ended_fd; /* an eventfd: the thread has done everything */

	/* The main thread's orders; the eventfd is readable when there are some. */
	int orders_fd;
	atomic_bool stop, may_connect, hidden;
	atomic_uint screen; /* to switch to; 0: none */

	/* Used by the source's thread only. */
	struct display_events loop;
	sd_event_source *orders_source;
	struct display_report report;
	struct display_session session;
	struct display_vm *vm;
	unsigned int last_screen; /* the screen that was shown last; at first the one asked for */
};

static int on_orders(sd_event_source *event_source, int fd, uint32_t events, void *data)
{
	struct display_source *source = data;
	struct display_session *session = &source->session;
	unsigned int screen;
	eventfd_t count;

	(void)event_source;
	(void)events;
	eventfd_read(fd, &count);
	source->loop.stop = atomic_load(&source->stop);
	session->hidden = atomic_load(&source->hidden);
	screen = atomic_exchange(&source->screen, 0);
	/* There is no screen to switch or hide while no VM is shown. */
	if (session->shown == NULL)
		return 0;
	if (screen != 0)
		session->wanted = screen;
	if (session->shown->planes != NULL)
		display_planes_set_hidden(session->shown->planes, session->hidden);
	return 0;
}

static int look(struct display_source *source, struct base_error *err)
{
	int running;

	display_report_call(&source->report, source->vm->peer);
	running = display_vm_look(source->vm, err);
	display_report_call(&source->report, DISPLAY_PEER_NONE);
	return running;
}

static int make_vm(struct display_source *source, struct base_error *err)
{
	const struct display_source_wish *wish = &source->wish;

	if (wish->qmp != NULL) {
		source->vm = display_qmp_create(wish->qmp, &source->loop, err);
	} else {
		display_report_call(&source->report, DISPLAY_PEER_LIBVIRT);
		source->vm = display_domain_create(wish->domain, wish->uri, &source->loop, err);
		display_report_call(&source->report, DISPLAY_PEER_NONE);
	}
	source->session.vm = source->vm;
	return source->vm != NULL ? 0 : -1;
}

/* Waits until a look returns something else than `running`, and returns that. */
static int wait_while(struct display_source *source, int running, struct base_error *err)
{
	int found = running;

	while (found == running) {
		int64_t next = display_clock_ms() + source->vm->look_ms;
		int r = 1;

		while (r > 0 && !source->vm->stirred)
			r = display_events_wait(&source->loop, next, err);
		if (r < 0)
			return -1;
		base_error_finish(err);
		found = look(source, err);
	}
	return found;
}

/* Waits for the end of the current run of the VM, which should not be shown again. */
static int await_end(struct display_source *source, struct base_error *err)
{
	int running = look(source, err);

	if (running > 0) {
		base_info("'%s' keeps running; its next start opens a window again",
			  source->vm->name);
		display_report_state(&source->report, DISPLAY_STATE_WAITING);
		running = wait_while(source, 1, err);
	}
	if (running == 0)
		base_error_finish(err);
	return running;
}

static int start_vm(struct display_source *source, struct base_error *err)
{
	int result;

	/* libvirt may have taken so long that the user has ended the viewer meanwhile. */
	if (atomic_load(&source->stop))
		return base_error_errno(err, ECANCELED, "the viewer is ending");
	display_report_state(&source->report, DISPLAY_STATE_STARTING);
	display_report_call(&source->report, source->vm->peer);
	result = source->vm->ops->start(source->vm, err);
	display_report_call(&source->report, DISPLAY_PEER_NONE);
	return result < 0 ? -1 : look(source, err);
}

/* Returns 1 when the VM is running. */
static int find_vm(struct display_source *source, struct base_error *err)
{
	const struct display_source_wish *wish = &source->wish;
	int running;

	display_report_state(&source->report, DISPLAY_STATE_LOOKING);
	if (make_vm(source, err) < 0)
		return -1;
	display_report_set_title(&source->report, source->vm->name);
	display_report_state(&source->report, DISPLAY_STATE_LOOKING);
	if (wish->after_end && await_end(source, err) < 0)
		return -1;
	running = look(source, err);
	if (running == 0 && wish->start) {
		base_error_finish(err);
		running = start_vm(source, err);
	}
	if (running == 0 && (wish->wait || wish->follow)) {
		base_info("waiting for '%s' to start", source->vm->name);
		display_report_state(&source->report, DISPLAY_STATE_WAITING);
		running = wait_while(source, 0, err);
	}
	return running > 0 ? 1 : -1;
}

static int await_permission(struct display_source *source, struct base_error *err)
{
	source->report.status.runs = true;
	display_report_state(&source->report, DISPLAY_STATE_FOUND);
	while (!atomic_load(&source->may_connect)) {
		if (display_events_wait(&source->loop, DISPLAY_EVENTS_EVER, err) < 0)
			return -1;
	}
	return 1;
}

/* Whether the VM has stopped; libvirt may know that even if its event has not come. */
static bool has_stopped(struct display_source *source)
{
	return source->vm->gone || look(source, NULL) == 0;
}

/* Whether the VM ends within a moment, which may be why the connection to it failed. */
static bool ends_soon(struct display_source *source)
{
	int64_t until = display_clock_ms() + END_MS;

	while (!has_stopped(source)) {
		int64_t now = display_clock_ms();

		if (now >= until)
			return false;
		if (display_events_wait(&source->loop, now + END_LOOK_MS, NULL) < 0)
			return false;
	}
	return true;
}

/* Whether the window stays when the VM is not running. */
static bool stays(const struct display_source *source)
{
	return source->wish.keep || source->vm->returns;
}

static int go_away(struct display_source *source)
{
	display_mailbox_reopen(source->report.mailbox);
	source->report.status.runs = false;
	display_report_state(&source->report, DISPLAY_STATE_AWAY);
	return 1;
}

/* The connection failed: an error if this was the first run or the VM is still running. */
static int after_failure(struct display_source *source, bool first, struct base_error *err)
{
	if (source->loop.stop || !ends_soon(source))
		return -1;
	if (stays(source)) {
		base_error_finish(err);
		return go_away(source);
	}
	if (first)
		return -1;
	base_error_finish(err);
	return 0;
}

/* The display has ended, normally or not. */
static int after_end(struct display_source *source, int result, struct base_error *err)
{
	if (source->loop.stop || !stays(source) || !has_stopped(source))
		return result;
	if (result < 0)
		base_warning("%s", err->message);
	base_error_finish(err);
	base_info("'%s' %s; its window stays", source->report.status.title,
		  source->vm->returns ? "was saved or has migrated" : "is not running");
	return go_away(source);
}

/* Returns 1 when the VM is away and its window stays. */
static int show_vm(struct display_source *source, struct base_error *err)
{
	struct display_session *session = &source->session;
	bool first = source->report.status.run == 0;
	int result = display_session_open(session, source->last_screen, err);
	bool is_open = result == 0;

	if (is_open)
		result = display_session_run(session, err);
	if (session->switched_to != 0)
		source->last_screen = session->switched_to;
	display_session_close(session);
	return is_open ? after_end(source, result, err) : after_failure(source, first, err);
}

static int await_return(struct display_source *source, struct base_error *err)
{
	if (look(source, err) > 0 || wait_while(source, 0, err) > 0) {
		source->report.status.runs = true;
		return 1;
	}
	return -1;
}

static int live(struct display_source *source, struct base_error *err)
{
	int r = find_vm(source, err);

	if (r > 0)
		r = await_permission(source, err);
	while (r > 0) {
		r = show_vm(source, err);
		if (r > 0)
			r = await_return(source, err);
	}
	return r;
}

static void *run(void *data)
{
	struct display_source *source = data;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	int result = live(source, &err);

	source->report.status.runs = source->vm != NULL && !source->vm->gone;
	if (!atomic_load(&source->stop)) {
		display_report_state(&source->report, source->report.status.state);
		display_mailbox_put_end(source->report.mailbox, result < 0 ? &err : NULL);
	}
	display_vm_destroy(source->vm);
	eventfd_write(source->ended_fd, 1);
	return NULL;
}

static void free_source(struct display_source *source)
{
	source->orders_source = sd_event_source_disable_unref(source->orders_source);
	display_events_finish(&source->loop);
	base_cleanup_fd(&source->orders_fd);
	base_cleanup_fd(&source->ended_fd);
	free(source);
}

BASE_DEFINE_CLEANUP_PTR(source, struct display_source, free_source)

/* All signals are blocked in the new thread: the main thread handles them. */
static int start_thread(struct display_source *source, struct base_error *err)
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = pthread_create(&source->thread, NULL, run, source);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return r != 0 ? base_error_errno(err, r, "cannot start a thread") : 0;
}

struct display_source *display_source_create(const struct display_source_wish *wish,
					     struct display_mailbox *mailbox,
					     struct display_input *input, struct base_error *err)
{
	BASE_AUTO(source) struct display_source *source = calloc(1, sizeof(*source));
	int r;

	if (source == NULL) {
		base_error_errno(err, ENOMEM, "cannot start");
		return NULL;
	}
	source->orders_fd = source->ended_fd = -1;
	source->wish = *wish;
	source->last_screen = wish->screen;
	source->report.mailbox = mailbox;
	source->session = (struct display_session){
		.loop = &source->loop,
		.mailbox = mailbox,
		.input = input,
		.report = &source->report,
		.with_planes = wish->kind != DISPLAY_SOURCE_DBUS,
		.needs_planes = wish->kind == DISPLAY_SOURCE_DIRECT,
	};
	source->orders_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	source->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (source->orders_fd < 0 || source->ended_fd < 0) {
		base_error_errno(err, errno, "cannot make an eventfd");
		return NULL;
	}
	if (display_events_init(&source->loop, err) < 0)
		return NULL;
	r = sd_event_add_io(source->loop.event, &source->orders_source, source->orders_fd, EPOLLIN,
			    on_orders, source);
	if (r < 0) {
		base_error_errno(err, -r, "cannot make an event loop");
		return NULL;
	}
	if (start_thread(source, err) < 0)
		return NULL;
	return BASE_STEAL_PTR(source);
}

void display_source_connect(struct display_source *source)
{
	atomic_store(&source->may_connect, true);
	eventfd_write(source->orders_fd, 1);
}

void display_source_switch(struct display_source *source, unsigned int screen)
{
	atomic_store(&source->screen, screen);
	eventfd_write(source->orders_fd, 1);
}

void display_source_set_hidden(struct display_source *source, bool hidden)
{
	atomic_store(&source->hidden, hidden);
	eventfd_write(source->orders_fd, 1);
}

bool display_source_destroy(struct display_source *source)
{
	struct pollfd ended = { .events = POLLIN };

	if (source == NULL)
		return true;
	atomic_store(&source->stop, true);
	eventfd_write(source->orders_fd, 1);
	ended.fd = source->ended_fd;
	/*
	 * A libvirt call that hangs cannot be interrupted, and its thread cannot be ended. So
	 * the thread, and everything that it may still use, is left until the program ends.
	 */
	if (BASE_RETRY(poll(&ended, 1, END_WAIT_MS)) <= 0) {
		base_debug("left a thread behind that is still waiting for libvirt");
		pthread_detach(source->thread);
		return false;
	}
	pthread_join(source->thread, NULL);
	free_source(source);
	return true;
}

int display_source_check_domain(const char *domain, const char *uri, struct base_error *err)
{
	struct display_events loop;
	struct display_vm *vm;

	if (display_events_init(&loop, err) < 0)
		return -1;
	vm = display_domain_create(domain, uri, &loop, err);
	display_vm_destroy(vm);
	display_events_finish(&loop);
	return vm != NULL ? 0 : -1;
}
