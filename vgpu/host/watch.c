/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/host/watch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vgpu/host/udev.h"

#define BUFFER_SIZE (1 << 20) /* bytes; a GPU's driver sends some hundred events */

struct vgpu_watch {
	struct udev_monitor *monitor; /* owned */
};

#define UDEVD_SOCKET "/run/udev/control"

static struct vgpu_watch *create_watch(const char *group, struct base_error *err)
{
	BASE_AUTO(vgpu_watch) struct vgpu_watch *watch = calloc(1, sizeof(*watch));
	BASE_AUTO(udev) struct udev *udev = udev_new();

	if (watch != NULL && udev != NULL)
		watch->monitor = udev_monitor_new_from_netlink(udev, group);
	if (watch == NULL || watch->monitor == NULL ||
	    udev_monitor_enable_receiving(watch->monitor) < 0) {
		base_error_errno(err, errno, "cannot listen to the kernel's events");
		return NULL;
	}
	/* Only root may exceed the system's limit; for others the default has to do. */
	udev_monitor_set_receive_buffer_size(watch->monitor, BUFFER_SIZE);
	return BASE_STEAL_PTR(watch);
}

/* The kernel reports events sooner than udevd, and also if udevd is not running. */
struct vgpu_watch *vgpu_watch_create(struct base_error *err)
{
	return create_watch("kernel", err);
}

struct vgpu_watch *vgpu_watch_create_settled(struct base_error *err)
{
	return create_watch(access(UDEVD_SOCKET, F_OK) == 0 ? "udev" : "kernel", err);
}

void vgpu_watch_destroy(struct vgpu_watch *watch)
{
	if (watch == NULL)
		return;
	if (watch->monitor != NULL)
		udev_monitor_unref(watch->monitor);
	free(watch);
}

int64_t vgpu_watch_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Returns 1 if there is something to receive, 0 after the deadline, or -1. */
static int wait_readable(int readable, int64_t deadline)
{
	struct pollfd fd = { .fd = readable, .events = POLLIN };
	int ready;

	do {
		int64_t left = deadline - vgpu_watch_now();

		if (left < 0)
			left = 0;
		ready = poll(&fd, 1, left > INT_MAX ? INT_MAX : (int)left);
	} while ((ready < 0 && errno == EINTR) || (ready == 0 && vgpu_watch_now() < deadline));
	return ready;
}

int vgpu_watch_wait(struct vgpu_watch *watch, int64_t deadline, char name[NAME_MAX + 1],
		    struct base_error *err)
{
	for (;;) {
		BASE_AUTO(udev_device) struct udev_device *device = NULL;
		int ready = wait_readable(udev_monitor_get_fd(watch->monitor), deadline);

		if (ready < 0)
			return base_error_errno(err, errno, "cannot wait for the kernel's events");
		if (ready == 0)
			return 0;
		errno = 0;
		device = udev_monitor_receive_device(watch->monitor);
		if (device == NULL && errno != ENOBUFS)
			continue;
		snprintf(name, NAME_MAX + 1, "%s",
			 device != NULL ? udev_device_get_sysname(device) : "");
		return 1;
	}
}

int vgpu_watch_wait_for(struct vgpu_watch *watch, const char *name, int64_t deadline,
			struct base_error *err)
{
	char found[NAME_MAX + 1] = "";
	int status;

	do {
		status = vgpu_watch_wait(watch, deadline, found, err);
	} while (status > 0 && found[0] != '\0' && strcmp(found, name) != 0);
	return status;
}

void vgpu_watch_settle(int64_t deadline)
{
	BASE_AUTO(udev) struct udev *udev = udev_new();
	BASE_AUTO(udev_queue) struct udev_queue *queue = NULL;
	int fd = -1;

	if (udev != NULL)
		queue = udev_queue_new(udev);
	/* From here on, the fd reports when the queue becomes empty. */
	if (queue != NULL)
		fd = udev_queue_get_fd(queue);
	while (fd >= 0 && udev_queue_get_queue_is_empty(queue) == 0 &&
	       wait_readable(fd, deadline) > 0)
		udev_queue_flush(queue);
}
