/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_STORE_H
#define VGPU_STORE_H

#include "vgpu/store/definition.h"

/*
 * Where definitions live: DIR/PARENT/UUID, shared with mdevctl and libvirt.
 * Anything in there that is not a definition is noted and left alone.
 */
#define VGPU_STORE_DIR VGPU_SYSCONFDIR "/mdevctl.d"

/* Something in the store that cannot be used. All texts are owned. */
struct vgpu_problem {
	char *message; /* one line, names the file */
	char *parent;
	/* The UUID in the name of a broken definition's file, else "". */
	char uuid[BASE_UUID_SIZE];
	bool is_unread; /* a directory that may hold definitions, but cannot be read */
};

struct vgpu_store {
	int fd; /* of its directory; -1 while that does not exist */
	const char *path;
	struct vgpu_definition *definitions; /* ordered by parent, then UUID */
	size_t definition_count;
	size_t *by_uuid; /* their places, ordered by UUID, then parent */
	struct vgpu_problem *problems;
	size_t problem_count;
	char **leftovers; /* paths below it; owned */
	size_t leftover_count;
};

/*
 * Reads all definitions in `path`, or in VGPU_STORE_DIR where that is NULL. A
 * directory that does not exist is an empty store. `path` must stay valid.
 */
int vgpu_store_init(struct vgpu_store *store, const char *path, struct base_error *err);

/* The same for a caller that changes definitions: a directory that cannot be read is an error. */
int vgpu_store_init_whole(struct vgpu_store *store, const char *path, struct base_error *err);

/*
 * The *index-th definition with this UUID, counted from 0 in the order of the
 * parents, as each parent may have one; NULL if there is none.
 */
const struct vgpu_definition *vgpu_store_find(const struct vgpu_store *store, const char *uuid,
					      const size_t *index);

/* The first problem with this UUID at or after *index; NULL if none. */
const struct vgpu_problem *vgpu_store_find_problem(const struct vgpu_store *store, const char *uuid,
						   size_t *index);

/*
 * Only a process that has the lock (vgpu/store/lock.h) may call the functions that
 * write. They also remove what a killed writer left behind. They do not change what
 * the store has read.
 */

/*
 * Writes the file of a new definition and makes the directories that it needs
 * (0755, the file 0644, as mdevctl does). On failure nothing is left behind.
 */
int vgpu_store_write(struct vgpu_store *store, const struct vgpu_definition *definition,
		     struct base_error *err);

/*
 * Rewrites the file of a definition that has been changed. It keeps its owner,
 * group and mode as far as base_file_rewrite_at does.
 */
int vgpu_store_rewrite(const struct vgpu_store *store, const struct vgpu_definition *definition,
		       struct base_error *err);

/* Removes the file, whatever its content is. */
int vgpu_store_remove(const struct vgpu_store *store, const char *parent, const char *uuid,
		      struct base_error *err);

/* Prints a warning for each problem. */
void vgpu_store_warn(const struct vgpu_store *store);

/* Takes NULL and a zeroed store. */
void vgpu_store_finish(struct vgpu_store *store);

BASE_DEFINE_CLEANUP(vgpu_store, struct vgpu_store, vgpu_store_finish)

#endif
