/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_SYSFS_H
#define VGPU_SYSFS_H

/*
 * Links in sysfs, by which devices name their relatives. All texts are owned by the
 * caller; NULL with errno where a link cannot be read, which is no missing link.
 */

/* What the link points to, as it says; "" if there is no such link. */
char *vgpu_sysfs_read_link(int dirfd, const char *path);

/* The last part of that; "" also where it is no name (vgpu/base/name.h). */
char *vgpu_sysfs_read_link_name(int dirfd, const char *path);

/* Where a link in /sys/bus or /sys/class leads, below /sys/devices; "" for none. */
char *vgpu_sysfs_read_device(int dirfd, const char *path);

/*
 * How many vGPUs the directory lists: nothing else in it has a name as long as a UUID.
 * -1 with errno where it cannot be read.
 */
long vgpu_sysfs_count_vgpus(int dirfd, const char *path);

#endif
