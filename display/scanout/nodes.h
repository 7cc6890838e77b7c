/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_NODES_H
#define DISPLAY_SCANOUT_NODES_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "vgpu/base/name.h"

#define SCANOUT_SYSFS "/sys"

/*
 * The device numbers of the files that lead to a vGPU; 0: it has no such file. A file's name
 * proves nothing, because a VM has its own /dev.
 */
struct scanout_nodes {
	dev_t group;  /* /dev/vfio/GROUP (linux/vfio.h, VFIO_GROUP_*) */
	dev_t device; /* /dev/vfio/devices/vfioN, since Linux 6.6 */
};

/* sysfs is SCANOUT_SYSFS, or another directory in tests. False if there is no such vGPU. */
bool scanout_nodes_read(struct scanout_nodes *nodes, const char *sysfs,
			const char vgpu[BASE_UUID_SIZE]);

enum scanout_node {
	SCANOUT_NODE_OTHER,
	SCANOUT_NODE_GROUP,
	SCANOUT_NODE_DEVICE,
};

/* Which of the vGPU's files an open file is. */
enum scanout_node scanout_nodes_match(const struct scanout_nodes *nodes, const struct stat *file);

#endif
