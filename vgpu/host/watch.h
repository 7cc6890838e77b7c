/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_WATCH_H
#define VGPU_WATCH_H

#include <limits.h>
#include <stdint.h>

#include "vgpu/base/error.h"

/*
 * Reports when a device of this machine is added, removed or changed. Create the
 * watch before looking at the devices: then no later change is missed.
 */
struct vgpu_watch;

struct vgpu_watch *vgpu_watch_create(struct base_error *err);

/*
 * The same, but if udevd is running, it reports a device only after udevd has run
 * its rules for it. It does not report what udevd missed because it was not running
 * yet.
 */
struct vgpu_watch *vgpu_watch_create_settled(struct base_error *err);

/* Takes NULL. */
void vgpu_watch_destroy(struct vgpu_watch *watch);

/* The time in milliseconds, of a clock that nobody can set; deadlines are given in it. */
int64_t vgpu_watch_now(void);

/*
 * Waits until the deadline for something to happen to any device. Returns 1 with
 * the device's kernel name (a parent's name, a vGPU's UUID), 0 after the deadline,
 * or -1. The name is "" if events were lost: then anything may have happened.
 */
int vgpu_watch_wait(struct vgpu_watch *watch, int64_t deadline, char name[NAME_MAX + 1],
		    struct base_error *err);

/* As vgpu_watch_wait, for the device `name` alone. */
int vgpu_watch_wait_for(struct vgpu_watch *watch, const char *name, int64_t deadline,
			struct base_error *err);

/*
 * Waits, at most until the deadline, until udevd has handled all events from the
 * kernel. Returns at once if udevd is not running.
 */
void vgpu_watch_settle(int64_t deadline);

BASE_DEFINE_CLEANUP_PTR(vgpu_watch, struct vgpu_watch, vgpu_watch_destroy)

#endif
