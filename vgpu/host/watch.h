/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_WATCH_H
#define VGPU_WATCH_H

#include <limits.h>
#include <stdint.h>

#include "vgpu/base/error.h"

/*
 * What the kernel says when a device of this machine comes, goes or changes.
 * Make the watch first and look then: no change after the look is missed.
 */
struct vgpu_watch;

struct vgpu_watch *vgpu_watch_create(struct base_error *err);

/*
 * The same, but says it when udevd has run its rules for it, where udevd runs. It
 * says nothing of what udevd has not heard of, as udevd is not up yet.
 */
struct vgpu_watch *vgpu_watch_create_settled(struct base_error *err);

/* Takes NULL. */
void vgpu_watch_destroy(struct vgpu_watch *watch);

/* Milliseconds of a clock that nobody sets, to name a deadline by. */
int64_t vgpu_watch_now(void);

/*
 * Waits for something to happen to any device, until the deadline: 1 and the
 * device's kernel name (a parent's name, a vGPU's UUID); 0 if the time is over;
 * -1. The name is "" where events were lost: anything may have happened.
 */
int vgpu_watch_wait(struct vgpu_watch *watch, int64_t deadline, char name[NAME_MAX + 1],
		    struct base_error *err);

/* As vgpu_watch_wait, for the device `name` alone. */
int vgpu_watch_wait_for(struct vgpu_watch *watch, const char *name, int64_t deadline,
			struct base_error *err);

/*
 * Waits until udevd has dealt with all that the kernel told it, until the
 * deadline; at once where it does not run.
 */
void vgpu_watch_settle(int64_t deadline);

BASE_DEFINE_CLEANUP_PTR(vgpu_watch, struct vgpu_watch, vgpu_watch_destroy)

#endif
