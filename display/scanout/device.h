/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_DEVICE_H
#define DISPLAY_SCANOUT_DEVICE_H

#include <stdbool.h>

#include "display/scanout/caller.h"
#include "display/scanout/nodes.h"
#include "display/scanout/protocol.h"

/*
 * A vGPU of a running QEMU, opened beside it. While it is open, no other process can use the
 * vGPU after QEMU, because VFIO keeps the group busy while a device of it is open
 * (vfio_group_fops_release in the kernel's drivers/vfio/group.c). So close it as soon as QEMU
 * is gone or no longer has the vGPU.
 */
struct scanout_device {
	int fd;	    /* owned; never leaves this program */
	int pidfd;  /* owned; of QEMU: readable when it has ended */
	int number; /* QEMU's file number of the vGPU */
	struct scanout_nodes nodes;
};

#define SCANOUT_DEVICE_CLOSED                                                                      \
	{                                                                                          \
		.fd = -1, .pidfd = -1                                                              \
	}

/*
 * Finds the process of the domain that the caller may see and that has the vGPU. -1 and err
 * if there is none. The error is sent to the caller, so it is the same for everything that
 * the caller may not see, whether it exists or not.
 */
int scanout_device_open(struct scanout_device *device, const struct scanout_caller *caller,
			const char domain[BASE_UUID_SIZE], const char vgpu[BASE_UUID_SIZE],
			struct base_error *err);

/* Whether QEMU still has the file that led to the vGPU. */
bool scanout_device_is_held(const struct scanout_device *device);

void scanout_device_close(struct scanout_device *device);

BASE_DEFINE_CLEANUP(scanout_device, struct scanout_device, scanout_device_close)

#endif
