/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_SYSFS_H
#define VGPU_SYSFS_H

/*
 * Links in sysfs, which connect devices with each other. All texts are owned by the
 * caller; NULL with errno if a link cannot be read. A missing link is not such an
 * error.
 */

/* The target of the link, as it is written there; "" if there is no such link. */
char *vgpu_sysfs_read_link(int dirfd, const char *path);

/* The last part of the target; "" also if it is not a valid name (vgpu/base/name.h). */
char *vgpu_sysfs_read_link_name(int dirfd, const char *path);

/* The path below /sys/devices that a link in /sys/bus or /sys/class leads to; "" if none. */
char *vgpu_sysfs_read_device(int dirfd, const char *path);

/*
 * How many vGPUs the directory lists: nothing else in it has a name as long as a
 * UUID. -1 with errno if it cannot be read.
 */
long vgpu_sysfs_count_vgpus(int dirfd, const char *path);

#endif
