/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/host/host.h"

#include <stdlib.h>
#include <string.h>

/*
 * All types of a parent share its resources. How many of one type fit alone is
 * therefore known only while it has made vGPUs of no other type.
 */
static void work_out_maxima(struct vgpu_host *host)
{
	for (size_t i = 0; i < host->parent_count; i++) {
		const struct vgpu_parent *parent = &host->parents[i];

		for (size_t k = 0; k < parent->type_count; k++) {
			struct vgpu_type *type = &parent->types[k];

			if (type->available >= 0 && parent->active == type->active)
				type->maximum = type->available + (long)type->active;
		}
	}
}

static void count_for_type(struct vgpu_parent *parent, const char *id)
{
	for (size_t i = 0; i < parent->type_count; i++) {
		if (strcmp(parent->types[i].id, id) == 0)
			parent->types[i].active++;
	}
}

/* Sets how many of the host's devices each parent and each type has. */
static void count_devices(struct vgpu_host *host)
{
	for (size_t i = 0; i < host->parent_count; i++) {
		struct vgpu_parent *parent = &host->parents[i];

		parent->active = 0;
		for (size_t k = 0; k < parent->type_count; k++)
			parent->types[k].active = 0;
		for (size_t k = 0; k < host->device_count; k++) {
			if (strcmp(host->devices[k].parent, parent->name) != 0)
				continue;
			parent->active++;
			count_for_type(parent, host->devices[k].type);
		}
	}
}

static int gather_devices(struct vgpu_host *host, struct base_error *err)
{
	struct vgpu_devices devices = { 0 };
	int status = vgpu_devices_gather(&devices, err);

	host->devices = devices.items;
	host->device_count = devices.count;
	return status;
}

static int gather_parents(struct vgpu_host *host, struct base_error *err)
{
	struct vgpu_parents parents = { 0 };
	int status = vgpu_parents_gather(&parents, err);

	host->parents = parents.items;
	host->parent_count = parents.count;
	return status;
}

int vgpu_host_init_devices(struct vgpu_host *host, struct base_error *err)
{
	*host = (struct vgpu_host){ 0 };
	if (gather_devices(host, err) == 0)
		return 0;
	vgpu_host_finish(host);
	return -1;
}

int vgpu_host_init(struct vgpu_host *host, struct base_error *err)
{
	*host = (struct vgpu_host){ 0 };
	if (gather_devices(host, err) < 0 || gather_parents(host, err) < 0) {
		vgpu_host_finish(host);
		return -1;
	}
	count_devices(host);
	work_out_maxima(host);
	return 0;
}

static bool types_have_all(const struct vgpu_host *host, size_t total)
{
	size_t count = 0;

	for (size_t i = 0; i < host->parent_count; i++)
		count += host->parents[i].active;
	return count == total;
}

/*
 * Each type has counted its vGPUs. But a vGPU has no type just after it was made,
 * and while its removal waits for its user: then each vGPU must be read to find its
 * parent.
 */
static int check_counts(struct vgpu_host *host, struct base_error *err)
{
	size_t total;

	if (vgpu_devices_count(&total, err) < 0)
		return -1;
	if (types_have_all(host, total))
		return 0;
	if (gather_devices(host, err) < 0)
		return -1;
	count_devices(host);
	return 0;
}

int vgpu_host_init_types(struct vgpu_host *host, struct base_error *err)
{
	*host = (struct vgpu_host){ 0 };
	if (gather_parents(host, err) < 0 || check_counts(host, err) < 0) {
		vgpu_host_finish(host);
		return -1;
	}
	work_out_maxima(host);
	return 0;
}

const struct vgpu_parent *vgpu_host_find_parent(const struct vgpu_host *host, const char *name)
{
	for (size_t i = 0; i < host->parent_count; i++) {
		if (strcmp(host->parents[i].name, name) == 0)
			return &host->parents[i];
	}
	return NULL;
}

const struct vgpu_device *vgpu_host_find_device(const struct vgpu_host *host, const char *uuid)
{
	for (size_t i = 0; i < host->device_count; i++) {
		if (strcmp(host->devices[i].uuid, uuid) == 0)
			return &host->devices[i];
	}
	return NULL;
}

void vgpu_host_finish(struct vgpu_host *host)
{
	if (host == NULL)
		return;
	for (size_t i = 0; i < host->parent_count; i++)
		vgpu_parent_finish(&host->parents[i]);
	for (size_t i = 0; i < host->device_count; i++)
		vgpu_device_finish(&host->devices[i]);
	free(host->parents);
	free(host->devices);
	*host = (struct vgpu_host){ 0 };
}
