/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_UDEV_H
#define VGPU_UDEV_H

#include <libudev.h>

#include "vgpu/base/cleanup.h"

/* libudev's handles, which clean up after themselves. */
BASE_DEFINE_CLEANUP_PTR(udev, struct udev, udev_unref)
BASE_DEFINE_CLEANUP_PTR(udev_device, struct udev_device, udev_device_unref)
BASE_DEFINE_CLEANUP_PTR(udev_enumerate, struct udev_enumerate, udev_enumerate_unref)
BASE_DEFINE_CLEANUP_PTR(udev_hwdb, struct udev_hwdb, udev_hwdb_unref)
BASE_DEFINE_CLEANUP_PTR(udev_queue, struct udev_queue, udev_queue_unref)

#endif
