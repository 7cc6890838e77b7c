/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_HOLDER_H
#define VGPU_HOLDER_H

#include "vgpu/host/host.h"
#include "vgpu/host/process.h"

/* Which process has which vGPU of a host open. */
struct vgpu_holders {
	struct vgpu_process *items; /* one for each of the host's devices, in their order */
	size_t count;
};

/*
 * Looks through the directory `proc` (/proc; any path for tests) once for all of
 * the host's vGPUs. It sees what its user may see: root sees everything, others see
 * their own processes.
 */
int vgpu_holders_init(struct vgpu_holders *holders, const struct vgpu_host *host, const char *proc,
		      struct base_error *err);

/* The process that holds a device of that same host; NULL if none is seen. */
const struct vgpu_process *vgpu_holders_find(const struct vgpu_holders *holders,
					     const struct vgpu_host *host,
					     const struct vgpu_device *device);

/* Takes NULL and zeroed holders. */
void vgpu_holders_finish(struct vgpu_holders *holders);

BASE_DEFINE_CLEANUP(vgpu_holders, struct vgpu_holders, vgpu_holders_finish)

/*
 * Makes sure that no program uses the vGPU, and that none can open it until the
 * caller closes *held (-1 if it has no VFIO group). If a program uses it, fails
 * with EBUSY and names the program and the domain that it runs. Fails also if it
 * cannot be seen whether a program uses it.
 */
int vgpu_holder_exclude(const struct vgpu_device *device, int *held, struct base_error *err);

#endif
