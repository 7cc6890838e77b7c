/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/waiting.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "vgpu/base/cleanup.h"

struct absence {
	struct display_source source;
	struct display_vm *vm;
	sd_event *event;
	struct display_slot *slot;
	struct display_input *input;
	sd_event_source *stop_source, *input_source;
	int stop_fd;
	bool stop; /* the thread's */
	pthread_t thread;
	bool started;
};

static int on_stop(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct absence *absence = data;

	(void)source;
	(void)fd;
	(void)events;
	absence->stop = true;
	return 0;
}

/* What is typed now is not for the VM's next run. */
static int on_input(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct absence *absence = data;
	struct display_input_event event;

	(void)source;
	(void)fd;
	(void)events;
	while (display_input_take(absence->input, &event))
		;
	return 0;
}

static void *run(void *data)
{
	struct absence *absence = data;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	uint64_t patience = (uint64_t)absence->vm->look_ms * 1000;
	int r = 0;

	while (!absence->stop && (r = display_vm_look(absence->vm, &err)) == 0) {
		base_error_finish(&err);
		r = sd_event_run(absence->event, patience);
		if (r < 0) {
			base_error_errno(&err, -r, "the event loop failed");
			break;
		}
	}
	if (!absence->stop)
		display_slot_put_end(absence->slot, r < 0 ? &err : NULL);
	return NULL;
}

static int start(struct display_source *source, struct base_error *err)
{
	struct absence *absence = (struct absence *)source;
	int r = pthread_create(&absence->thread, NULL, run, absence);

	if (r != 0)
		return base_error_errno(err, r, "cannot start a thread");
	absence->started = true;
	return 0;
}

static void destroy(struct display_source *source)
{
	struct absence *absence = (struct absence *)source;

	if (absence->started) {
		eventfd_write(absence->stop_fd, 1);
		pthread_join(absence->thread, NULL);
		on_input(NULL, -1, 0, absence);
	}
	sd_event_source_disable_unref(absence->stop_source);
	sd_event_source_disable_unref(absence->input_source);
	base_cleanup_fd(&absence->stop_fd);
	free(absence);
}

static const struct display_source_ops absence_ops = {
	.start = start,
	.destroy = destroy,
};

static int watch(struct absence *absence, struct base_error *err)
{
	int r;

	absence->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (absence->stop_fd < 0)
		return base_error_errno(err, errno, "cannot make an eventfd");
	r = sd_event_add_io(absence->event, &absence->stop_source, absence->stop_fd, EPOLLIN,
			    on_stop, absence);
	if (r >= 0)
		r = sd_event_add_io(absence->event, &absence->input_source,
				    display_input_fd(absence->input), EPOLLIN, on_input, absence);
	if (r < 0)
		return base_error_errno(err, -r, "cannot make an event loop");
	return 0;
}

struct display_source *display_absence_create(struct display_vm *vm, const char *title,
					      sd_event *event, struct display_slot *slot,
					      struct display_input *input, struct base_error *err)
{
	struct absence *absence = calloc(1, sizeof(*absence));

	if (absence == NULL) {
		base_error_errno(err, ENOMEM, "cannot start");
		return NULL;
	}
	absence->source.ops = &absence_ops;
	absence->source.title = title;
	absence->vm = vm;
	absence->event = event;
	absence->slot = slot;
	absence->input = input;
	absence->stop_fd = -1;
	if (watch(absence, err) < 0) {
		destroy(&absence->source);
		return NULL;
	}
	return &absence->source;
}
