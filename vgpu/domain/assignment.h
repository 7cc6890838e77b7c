/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_ASSIGNMENT_H
#define VGPU_ASSIGNMENT_H

#include <stdbool.h>

#include "vgpu/base/error.h"
#include "vgpu/host/process.h"
#include "vgpu/vgpus/world.h"

/* What `vgpu attach` has to know about a vGPU. */
struct vgpu_assignment {
	bool is_known;	  /* it is active or defined on this host */
	char *type;	  /* owned; its type's id; NULL: not known */
	char *api;	  /* owned; its type's device_api; NULL: not known now */
	char *resolution; /* owned; its type's, "1920x1200"; NULL: not known now */
	char *rendernode; /* owned; its parent's /dev/dri/renderD*; NULL: it has none */
};

/*
 * Looks for the vGPU among what the kernel has, then among the definitions. A vGPU
 * that is not known is not an error. Returns 0 or -1; finish the assignment either
 * way.
 */
int vgpu_assignment_find(struct vgpu_assignment *assignment, const char *uuid,
			 const struct vgpu_world *world, struct base_error *err);

/* Whether it is a GVT-g vGPU, judged by the name of its type. */
bool vgpu_assignment_is_gvt(const struct vgpu_assignment *assignment);

/* Whether a mode of this size is more than its type has; false if that is not known. */
bool vgpu_assignment_is_exceeded(const struct vgpu_assignment *assignment, unsigned int xres,
				 unsigned int yres);

/* What can keep a domain from having the vGPU; all borrowed. */
struct vgpu_rivals {
	const char *claimant;		   /* another domain that has it; NULL: none */
	const struct vgpu_process *holder; /* a process that has it open; NULL: none */
	/* The UUID of another GVT-g vGPU that the domain has; NULL: none. */
	const char *second;
	bool is_running; /* the domain is running, so it may be the holder */
};

/* Whether the domain can have the vGPU: 0, or -1 with an error that says why not. */
int vgpu_assignment_check(const struct vgpu_assignment *assignment, const char *uuid,
			  const char *domain, const struct vgpu_rivals *rivals,
			  struct base_error *err);

/* Takes NULL and a zeroed assignment. */
void vgpu_assignment_finish(struct vgpu_assignment *assignment);

BASE_DEFINE_CLEANUP(vgpu_assignment, struct vgpu_assignment, vgpu_assignment_finish)

#endif
