/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_GPU_H
#define DISPLAY_GPU_H

#include <limits.h>

#define DISPLAY_GPU_SYSFS   "/sys"
#define DISPLAY_GPU_TAG_MAX 32

/* The GPU that has GVT-g's pictures, and how many GPUs there are. */
struct display_gpu {
	char node[NAME_MAX + 1];       /* name of its render node ("renderD128"); "": no such GPU */
	char tag[DISPLAY_GPU_TAG_MAX]; /* what Mesa's DRI_PRIME calls it: "pci-0000_00_02_0" */
	unsigned int count;	       /* number of all render nodes */
};

/* sysfs is DISPLAY_GPU_SYSFS, or another directory in tests. */
void display_gpu_find(struct display_gpu *gpu, const char *sysfs);

/*
 * A text that says why a window drawn by `renderer` cannot show a picture on that GPU, and
 * what to type instead. prime: the value of DRI_PRIME, or NULL; target: the viewer's
 * arguments. Owned by the caller; NULL if there is no such GPU, or no memory.
 */
char *display_gpu_explain(const struct display_gpu *gpu, const char *renderer, const char *prime,
			  const char *target);

#endif
