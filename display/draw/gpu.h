/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_GPU_H
#define DISPLAY_GPU_H

#include <limits.h>

#define DISPLAY_GPU_SYSFS   "/sys"
#define DISPLAY_GPU_TAG_MAX 32

/* The GPU that GVT-g's pictures lie on, and whether there are others beside it. */
struct display_gpu {
	char node[NAME_MAX + 1]; /* its render node's name ("renderD128"); "": there is none */
	char tag[DISPLAY_GPU_TAG_MAX]; /* what Mesa's DRI_PRIME calls it: "pci-0000_00_02_0" */
	unsigned int count;	       /* of all render nodes */
};

/* sysfs is DISPLAY_GPU_SYSFS, or another for tests. */
void display_gpu_find(struct display_gpu *gpu, const char *sysfs);

/*
 * Why a picture on that GPU is not to be seen in a window that `renderer` draws, and
 * what to type instead. prime: the value of DRI_PRIME, or NULL; target: the viewer's
 * arguments. Owned by the caller; NULL where that GPU is not there, or without memory.
 */
char *display_gpu_explain(const struct display_gpu *gpu, const char *renderer, const char *prime,
			  const char *target);

#endif
