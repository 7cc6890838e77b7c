/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_LOOKUP_H
#define VGPU_LOOKUP_H

#include "vgpu/vgpus/world.h"

/*
 * Finds the vGPU that a word of a command line means: a UUID, or the beginning of
 * one that only one vGPU has, active or defined (even by a broken definition), in
 * upper or lower case. Writes the UUID in lower case. A whole UUID is accepted
 * whether there is such a vGPU or not.
 *
 * BASE_MISUSED if the word cannot begin a UUID. BASE_FAILED if no vGPU or several
 * have it; several are named.
 */
int vgpu_lookup(const char *word, const struct vgpu_world *world, char uuid[BASE_UUID_SIZE],
		struct base_error *err);

/* Whether a word can be the beginning of a UUID, whether there is such a vGPU or not. */
bool vgpu_lookup_is_start(const char *word);

/*
 * Finds the only vGPU that a virtual machine could have now: its type makes PCI
 * devices, no domain has it and no process holds it, according to the world's
 * usage. BASE_FAILED if there is none or there are several; several are named.
 */
int vgpu_lookup_free(const struct vgpu_world *world, char uuid[BASE_UUID_SIZE],
		     struct base_error *err);

/* The vGPUs that the words of a command line mean, each once. */
struct vgpu_lookups {
	char (*uuids)[BASE_UUID_SIZE]; /* owned */
	size_t count;
	size_t failed; /* words that mean no vGPU; an error was printed for each */
};

/* As vgpu_lookup for each of `count` words; -1 if one cannot begin a UUID. */
int vgpu_lookups_init(struct vgpu_lookups *lookups, const char *const words[], size_t count,
		      const struct vgpu_world *world, struct base_error *err);

/* Takes NULL and zeroed lookups. */
void vgpu_lookups_finish(struct vgpu_lookups *lookups);

BASE_DEFINE_CLEANUP(vgpu_lookups, struct vgpu_lookups, vgpu_lookups_finish)

#endif
