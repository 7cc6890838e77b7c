/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_GPU_H
#define VGPU_GPU_H

#include <stdint.h>

#include "vgpu/base/error.h"

/* Intel's graphics processor of this machine. All texts are owned. */
struct vgpu_gpu {
	char *address;	   /* on PCI; NULL if there is none */
	char *model;	   /* its name in udev's hardware database; NULL if it has none there */
	char *driver;	   /* NULL if it has none */
	char *render_node; /* below /dev; NULL if it has none */
	uint16_t device;   /* its PCI device id */
	long aperture_mb;  /* the size of BAR 2; 0 if it is not known */
};

/*
 * Finds the one that has GVT-g, else the processor's own, else any: there may be an
 * Intel card too.
 */
int vgpu_gpu_gather(struct vgpu_gpu *gpu, struct base_error *err);

/*
 * The name that udev's hardware database has for the PCI device at a path in sysfs:
 * "Intel HD Graphics 620". NULL if it has none, else owned by the caller.
 */
char *vgpu_gpu_find_model(const char *syspath);

/*
 * Finds the render node of a graphics processor, below its directory in sysfs.
 * *path is owned by the caller, and NULL if there is none. Returns -1 if the search
 * fails.
 */
int vgpu_gpu_find_render_node(const char *syspath, char **path, struct base_error *err);

/* A PCI id from sysfs ("vendor", "device"); 0 if it is not known. */
uint16_t vgpu_gpu_read_id(const char *syspath, const char *attribute);

/* The size of a PCI device's BAR 2 in MB; 0 if it is not known. */
long vgpu_gpu_aperture(const char *syspath);

/* Takes NULL and a zeroed GPU. */
void vgpu_gpu_finish(struct vgpu_gpu *gpu);

BASE_DEFINE_CLEANUP(vgpu_gpu, struct vgpu_gpu, vgpu_gpu_finish)

#endif
