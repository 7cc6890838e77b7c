/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain/assignment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/host/gpu.h"
#include "vgpu/host/gvt.h"

static int copy_text(char **to, const char *from, struct base_error *err)
{
	if (from == NULL)
		return 0;
	*to = strdup(from);
	return *to != NULL ? 0 : base_error_no_memory(err, "cannot look at the vGPU");
}

/* Nothing is known from a parent that is not there now, for example before its driver is loaded. */
static int read_parent(struct vgpu_assignment *assignment, const struct vgpu_host *host,
		       const char *name, const char *type_id, struct base_error *err)
{
	const struct vgpu_parent *parent = vgpu_host_find_parent(host, name);
	const struct vgpu_type *type;

	assignment->is_known = true;
	if (copy_text(&assignment->type, type_id, err) < 0)
		return -1;
	if (parent == NULL)
		return 0;
	type = vgpu_parent_find_type(parent, type_id);
	if (type != NULL && (copy_text(&assignment->api, type->device_api, err) < 0 ||
			     copy_text(&assignment->resolution, type->resolution, err) < 0))
		return -1;
	return vgpu_gpu_find_render_node(parent->syspath, &assignment->rendernode, err);
}

int vgpu_assignment_find(struct vgpu_assignment *assignment, const char *uuid,
			 const struct vgpu_world *world, struct base_error *err)
{
	const struct vgpu_host *host = &world->host;
	const struct vgpu_device *device = vgpu_host_find_device(host, uuid);
	const struct vgpu_definition *definition;
	size_t index = 0;

	if (device != NULL)
		return read_parent(assignment, host, device->parent, device->type, err);
	definition = vgpu_store_find(&world->store, uuid, &index);
	if (definition == NULL)
		return 0;
	return read_parent(assignment, host, definition->parent, definition->type, err);
}

bool vgpu_assignment_is_gvt(const struct vgpu_assignment *assignment)
{
	return assignment->type != NULL && vgpu_gvt_makes_type(assignment->type);
}

bool vgpu_assignment_is_exceeded(const struct vgpu_assignment *assignment, unsigned int xres,
				 unsigned int yres)
{
	unsigned int width, height;

	return assignment->resolution != NULL &&
	       sscanf(assignment->resolution, "%5ux%5u", &width, &height) == 2 &&
	       (xres > width || yres > height);
}

static int check_itself(const struct vgpu_assignment *assignment, const char *uuid,
			struct base_error *err)
{
	if (!assignment->is_known)
		return base_error_set(
			err, BASE_FAILED,
			"there is no vGPU %s: 'vgpu list' shows the vGPUs, 'vgpu create' makes one",
			uuid);
	if (assignment->api != NULL && strcmp(assignment->api, VGPU_TYPE_PCI_API) != 0)
		return base_error_set(
			err, BASE_FAILED,
			"the device %s is not a vGPU: its type's API is %.40s, not vfio-pci", uuid,
			assignment->api);
	return 0;
}

/* The domain itself may hold it: then it has it already. */
static int check_holder(const char *uuid, const char *domain, const struct vgpu_rivals *rivals,
			struct base_error *err)
{
	const struct vgpu_process *holder = rivals->holder;
	BASE_AUTO(free) char *who = NULL;

	if (holder == NULL ||
	    (rivals->is_running && holder->domain != NULL && strcmp(holder->domain, domain) == 0))
		return 0;
	who = vgpu_process_describe(holder);
	return base_error_set(err, BASE_FAILED,
			      "the vGPU %s is in use by %s, and only one can use it: stop that "
			      "one, or make another vGPU with 'vgpu create'",
			      uuid, who != NULL ? who : "a process");
}

int vgpu_assignment_check(const struct vgpu_assignment *assignment, const char *uuid,
			  const char *domain, const struct vgpu_rivals *rivals,
			  struct base_error *err)
{
	if (check_itself(assignment, uuid, err) < 0)
		return -1;
	if (rivals->claimant != NULL)
		return base_error_set(err, BASE_FAILED,
				      "the vGPU %s is in the domain %s already, and only one "
				      "domain can have it: 'vgpu create' makes another vGPU, 'vgpu "
				      "detach' takes this one out of that domain",
				      uuid, rivals->claimant);
	if (check_holder(uuid, domain, rivals, err) < 0)
		return -1;
	if (rivals->second != NULL)
		return base_error_set(
			err, BASE_FAILED,
			"the domain %s has the GVT-g vGPU %s already, and a virtual machine with "
			"two cannot start: 'vgpu detach' takes that one out",
			domain, rivals->second);
	return 0;
}

void vgpu_assignment_finish(struct vgpu_assignment *assignment)
{
	if (assignment == NULL)
		return;
	free(assignment->type);
	free(assignment->api);
	free(assignment->resolution);
	free(assignment->rendernode);
	*assignment = (struct vgpu_assignment){ 0 };
}
