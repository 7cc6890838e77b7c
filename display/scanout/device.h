/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_DEVICE_H
#define DISPLAY_SCANOUT_DEVICE_H

#include <stdbool.h>

#include "display/scanout/caller.h"
#include "display/scanout/nodes.h"
#include "display/scanout/protocol.h"

/*
 * A vGPU that a running QEMU has, opened beside it. While it is open nobody else can
 * have the vGPU after QEMU: VFIO keeps the group for whoever has a device of it
 * (vfio_group_fops_release in the kernel's drivers/vfio/group.c). So it is to be
 * closed as soon as QEMU is gone or no longer has it.
 */
struct scanout_device {
	int fd;	    /* owned; never leaves this program */
	int pidfd;  /* owned; of QEMU: readable when it has ended */
	int number; /* of QEMU's file that led here */
	struct scanout_nodes nodes;
};

#define SCANOUT_DEVICE_CLOSED                                                                      \
	{                                                                                          \
		.fd = -1, .pidfd = -1                                                              \
	}

/*
 * Finds the process of the domain that the caller may see and that has the vGPU.
 * The error is for the caller: it is the same for all that the caller may not see,
 * whether that is there or not.
 */
int scanout_device_open(struct scanout_device *device, const struct scanout_caller *caller,
			const char domain[BASE_UUID_SIZE], const char vgpu[BASE_UUID_SIZE],
			struct base_error *err);

/* Whether QEMU still has the file that led to the vGPU. */
bool scanout_device_is_held(const struct scanout_device *device);

void scanout_device_close(struct scanout_device *device);

BASE_DEFINE_CLEANUP(scanout_device, struct scanout_device, scanout_device_close)

#endif
