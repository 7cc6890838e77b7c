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
 * the host's vGPUs. Sees what its user may see: root everything, others their
 * own processes.
 */
int vgpu_holders_init(struct vgpu_holders *holders, const struct vgpu_host *host, const char *proc,
		      struct base_error *err);

/* The process that holds a device of that same host; NULL if none is seen. */
const struct vgpu_process *vgpu_holders_find(const struct vgpu_holders *holders,
					     const struct vgpu_host *host,
					     const struct vgpu_device *device);

/* Takes NULL and zeroed ones. */
void vgpu_holders_finish(struct vgpu_holders *holders);

BASE_DEFINE_CLEANUP(vgpu_holders, struct vgpu_holders, vgpu_holders_finish)

/*
 * Makes sure that no program uses the vGPU, and that none can start to until
 * *held (-1 if VFIO gives it no group) is closed by the caller. Fails with
 * EBUSY and names the program, and the domain that it runs, if there is one;
 * fails also where it cannot be seen whether there is one.
 */
int vgpu_holder_exclude(const struct vgpu_device *device, int *held, struct base_error *err);

#endif
