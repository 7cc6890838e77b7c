/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_STORE_H
#define VGPU_STORE_H

#include "vgpu/definition.h"

/*
 * Where definitions live: DIR/PARENT/UUID, shared with mdevctl and libvirt.
 * Whatever lies in there that is no definition is noted and left alone.
 */
#define VGPU_STORE_DIR VGPU_SYSCONFDIR "/mdevctl.d"

/* Something in the store that cannot be used. All texts are owned. */
struct vgpu_problem {
	char *message; /* one line, names the file */
	char *parent;
	/* The UUID that a broken definition's file is named after, else "". */
	char uuid[BASE_UUID_SIZE];
};

struct vgpu_store {
	int fd; /* of its directory; -1 while that does not exist */
	const char *path;
	struct vgpu_definition *definitions; /* ordered by parent, then UUID */
	size_t definition_count;
	struct vgpu_problem *problems;
	size_t problem_count;
};

/*
 * Reads all definitions in `path`, or in VGPU_STORE_DIR where that is NULL. A
 * directory that does not exist is an empty store. `path` must stay valid.
 */
int vgpu_store_init(struct vgpu_store *store, const char *path, struct base_error *err);

/* The first definition or problem with this UUID at or after *index; NULL if none. */
const struct vgpu_definition *vgpu_store_find(const struct vgpu_store *store, const char *uuid,
					      size_t *index);
const struct vgpu_problem *vgpu_store_find_problem(const struct vgpu_store *store, const char *uuid,
						   size_t *index);

/*
 * Writes a definition's file, with the directories it needs (0755, the file
 * 0644, as mdevctl has them). On failure nothing is left behind. What the store
 * has read is not changed by it.
 */
int vgpu_store_write(struct vgpu_store *store, const struct vgpu_definition *definition,
		     struct base_error *err);

/* Removes the file, whatever is in it. */
int vgpu_store_remove(const struct vgpu_store *store, const char *parent, const char *uuid,
		      struct base_error *err);

/* Prints a warning for each problem. */
void vgpu_store_warn(const struct vgpu_store *store);

/* Takes NULL and a zeroed store. */
void vgpu_store_finish(struct vgpu_store *store);

BASE_DEFINE_CLEANUP(vgpu_store, struct vgpu_store, vgpu_store_finish)

#endif
