/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/virtloop.h"

#include <errno.h>
#include <libvirt/libvirt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>

#define USEC_PER_MSEC 1000

/* A handle or a timeout of libvirt. */
struct entry {
	struct entry *next;
	int id;
	sd_event_source *source;
	int interval; /* ms; timeouts only; -1: off */
	virEventHandleCallback on_handle;
	virEventTimeoutCallback on_timeout;
	void *opaque;
	virFreeCallback free_opaque;
	bool removed; /* freed by the next sweep */
};

static struct {
	sd_event *event;
	struct entry *entries;
	sd_event_source *sweep;
	int last_id;
} loop;

static struct entry *find(int id)
{
	for (struct entry *entry = loop.entries; entry != NULL; entry = entry->next) {
		if (entry->id == id && !entry->removed)
			return entry;
	}
	return NULL;
}

static void free_entry(struct entry *entry)
{
	sd_event_source_disable_unref(entry->source);
	if (entry->free_opaque != NULL)
		entry->free_opaque(entry->opaque);
	free(entry);
}

/* libvirt holds locks while it removes an entry, so its opaque pointer is freed later, here. */
static int sweep(sd_event_source *source, void *data)
{
	struct entry **link = &loop.entries;

	(void)source;
	(void)data;
	while (*link != NULL) {
		struct entry *entry = *link;

		if (entry->removed) {
			*link = entry->next;
			free_entry(entry);
			link = &loop.entries; /* the callback may have added or removed entries */
		} else {
			link = &entry->next;
		}
	}
	return 0;
}

static struct entry *add(void *opaque, virFreeCallback free_opaque)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return NULL;
	entry->id = ++loop.last_id;
	entry->opaque = opaque;
	entry->free_opaque = free_opaque;
	entry->next = loop.entries;
	loop.entries = entry;
	return entry;
}

/* When adding fails, the opaque pointer still belongs to the caller and is not freed. */
static int add_failed(struct entry *entry)
{
	loop.entries = entry->next;
	entry->free_opaque = NULL;
	free_entry(entry);
	return -1;
}

static int remove_entry(int id)
{
	struct entry *entry = find(id);

	if (entry == NULL)
		return -1;
	entry->removed = true;
	if (entry->source != NULL)
		sd_event_source_set_enabled(entry->source, SD_EVENT_OFF);
	sd_event_source_set_enabled(loop.sweep, SD_EVENT_ONESHOT);
	return 0;
}

static uint32_t to_epoll(int events)
{
	return (events & VIR_EVENT_HANDLE_READABLE ? EPOLLIN : 0u) |
	       (events & VIR_EVENT_HANDLE_WRITABLE ? EPOLLOUT : 0u);
}

static int from_epoll(uint32_t events)
{
	return (events & EPOLLIN ? VIR_EVENT_HANDLE_READABLE : 0) |
	       (events & EPOLLOUT ? VIR_EVENT_HANDLE_WRITABLE : 0) |
	       (events & EPOLLERR ? VIR_EVENT_HANDLE_ERROR : 0) |
	       (events & EPOLLHUP ? VIR_EVENT_HANDLE_HANGUP : 0);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct entry *entry = data;

	(void)source;
	if (!entry->removed)
		entry->on_handle(entry->id, fd, from_epoll(events), entry->opaque);
	return 0;
}

static int add_handle(int fd, int events, virEventHandleCallback callback, void *opaque,
		      virFreeCallback free_opaque)
{
	struct entry *entry = add(opaque, free_opaque);

	if (entry == NULL)
		return -1;
	entry->on_handle = callback;
	if (sd_event_add_io(loop.event, &entry->source, fd, to_epoll(events), on_io, entry) < 0)
		return add_failed(entry);
	if (events == 0)
		sd_event_source_set_enabled(entry->source, SD_EVENT_OFF);
	return entry->id;
}

static void update_handle(int id, int events)
{
	struct entry *entry = find(id);

	if (entry == NULL)
		return;
	sd_event_source_set_io_events(entry->source, to_epoll(events));
	sd_event_source_set_enabled(entry->source, events != 0 ? SD_EVENT_ON : SD_EVENT_OFF);
}

static void arm(struct entry *entry)
{
	if (entry->interval < 0) {
		sd_event_source_set_enabled(entry->source, SD_EVENT_OFF);
		return;
	}
	sd_event_source_set_time_relative(entry->source, (uint64_t)entry->interval * USEC_PER_MSEC);
	sd_event_source_set_enabled(entry->source, SD_EVENT_ONESHOT);
}

static int on_time(sd_event_source *source, uint64_t usec, void *data)
{
	struct entry *entry = data;

	(void)source;
	(void)usec;
	if (entry->removed)
		return 0;
	arm(entry);
	entry->on_timeout(entry->id, entry->opaque);
	return 0;
}

static int add_timeout(int interval, virEventTimeoutCallback callback, void *opaque,
		       virFreeCallback free_opaque)
{
	struct entry *entry = add(opaque, free_opaque);

	if (entry == NULL)
		return -1;
	entry->on_timeout = callback;
	entry->interval = interval;
	if (sd_event_add_time_relative(loop.event, &entry->source, CLOCK_MONOTONIC, 0, 0, on_time,
				       entry) < 0)
		return add_failed(entry);
	arm(entry);
	return entry->id;
}

static void update_timeout(int id, int interval)
{
	struct entry *entry = find(id);

	if (entry == NULL)
		return;
	entry->interval = interval;
	arm(entry);
}

int display_virtloop_attach(sd_event *event, struct base_error *err)
{
	static bool registered;
	int r = sd_event_add_defer(event, &loop.sweep, sweep, NULL);

	if (r >= 0)
		r = sd_event_source_set_enabled(loop.sweep, SD_EVENT_OFF);
	if (r < 0)
		return base_error_errno(err, -r, "cannot make an event loop for libvirt");
	loop.event = sd_event_ref(event);
	if (!registered)
		virEventRegisterImpl(add_handle, update_handle, remove_entry, add_timeout,
				     update_timeout, remove_entry);
	registered = true;
	return 0;
}

void display_virtloop_detach(void)
{
	for (struct entry *entry = loop.entries; entry != NULL; entry = entry->next)
		entry->removed = true;
	sweep(NULL, NULL);
	loop.sweep = sd_event_source_disable_unref(loop.sweep);
	loop.event = sd_event_unref(loop.event);
}
