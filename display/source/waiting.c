/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/waiting.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "vgpu/base/cleanup.h"

struct waiting {
	struct display_source source;
	struct display_vm *vm;
	sd_event *event;
	struct display_mailbox *mailbox;
	struct display_input *input;
	sd_event_source *stop_source, *input_source;
	int stop_fd;
	bool stop; /* the thread's */
	pthread_t thread;
	bool started;
};

static int on_stop(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct waiting *waiting = data;

	(void)source;
	(void)fd;
	(void)events;
	waiting->stop = true;
	return 0;
}

/* What is typed now is not for the VM's next run. */
static int on_input(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct waiting *waiting = data;
	struct display_input_event event;

	(void)source;
	(void)fd;
	(void)events;
	while (display_input_take(waiting->input, &event))
		;
	return 0;
}

static void *run(void *data)
{
	struct waiting *waiting = data;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	uint64_t patience = (uint64_t)waiting->vm->look_ms * 1000;
	int r = 0;

	while (!waiting->stop && (r = display_vm_look(waiting->vm, &err)) == 0) {
		base_error_finish(&err);
		r = sd_event_run(waiting->event, patience);
		if (r < 0) {
			base_error_errno(&err, -r, "the event loop failed");
			break;
		}
	}
	if (!waiting->stop)
		display_mailbox_put_end(waiting->mailbox, r < 0 ? &err : NULL);
	return NULL;
}

static int start(struct display_source *source, struct base_error *err)
{
	struct waiting *waiting = (struct waiting *)source;
	int r = pthread_create(&waiting->thread, NULL, run, waiting);

	if (r != 0)
		return base_error_errno(err, r, "cannot start a thread");
	waiting->started = true;
	return 0;
}

static void destroy(struct display_source *source)
{
	struct waiting *waiting = (struct waiting *)source;

	if (waiting->started) {
		eventfd_write(waiting->stop_fd, 1);
		pthread_join(waiting->thread, NULL);
		on_input(NULL, -1, 0, waiting);
	}
	sd_event_source_disable_unref(waiting->stop_source);
	sd_event_source_disable_unref(waiting->input_source);
	base_cleanup_fd(&waiting->stop_fd);
	free(waiting);
}

static const struct display_source_ops waiting_ops = {
	.start = start,
	.destroy = destroy,
};

static int watch(struct waiting *waiting, struct base_error *err)
{
	int r;

	waiting->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (waiting->stop_fd < 0)
		return base_error_errno(err, errno, "cannot make an eventfd");
	r = sd_event_add_io(waiting->event, &waiting->stop_source, waiting->stop_fd, EPOLLIN,
			    on_stop, waiting);
	if (r >= 0)
		r = sd_event_add_io(waiting->event, &waiting->input_source,
				    display_input_fd(waiting->input), EPOLLIN, on_input, waiting);
	if (r < 0)
		return base_error_errno(err, -r, "cannot make an event loop");
	return 0;
}

struct display_source *display_waiting_create(struct display_vm *vm, const char *title,
					      sd_event *event, struct display_mailbox *mailbox,
					      struct display_input *input, struct base_error *err)
{
	struct waiting *waiting = calloc(1, sizeof(*waiting));

	if (waiting == NULL) {
		base_error_errno(err, ENOMEM, "cannot start");
		return NULL;
	}
	waiting->source.ops = &waiting_ops;
	waiting->source.title = title;
	waiting->vm = vm;
	waiting->event = event;
	waiting->mailbox = mailbox;
	waiting->input = input;
	waiting->stop_fd = -1;
	if (watch(waiting, err) < 0) {
		destroy(&waiting->source);
		return NULL;
	}
	return &waiting->source;
}
