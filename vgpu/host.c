/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/device.h"
#include "vgpu/parent.h"
#include "vgpu/udev.h"

/*
 * All types of a parent share what it has. How many of one type fit alone is
 * therefore known only while it has made no other.
 */
static void work_out_maximum(const struct vgpu_host *host, const struct vgpu_parent *parent,
			     struct vgpu_type *type)
{
	size_t all = vgpu_host_count_devices(host, parent->name, NULL);
	size_t own = vgpu_host_count_devices(host, parent->name, type->id);

	if (type->available >= 0 && all == own)
		type->maximum = type->available + (long)own;
}

int vgpu_host_init(struct vgpu_host *host, struct base_error *err)
{
	BASE_AUTO(udev) struct udev *udev = udev_new();
	struct vgpu_parents parents = { 0 };
	struct vgpu_devices devices = { 0 };
	int status;

	*host = (struct vgpu_host){ 0 };
	if (udev == NULL)
		return base_error_errno(err, errno, "cannot use libudev");
	status = vgpu_parents_gather(&parents, udev, err);
	if (status == 0)
		status = vgpu_devices_gather(&devices, udev, err);
	host->parents = parents.items;
	host->parent_count = parents.count;
	host->devices = devices.items;
	host->device_count = devices.count;
	if (status < 0) {
		vgpu_host_finish(host);
		return -1;
	}
	for (size_t i = 0; i < host->parent_count; i++) {
		for (size_t k = 0; k < host->parents[i].type_count; k++)
			work_out_maximum(host, &host->parents[i], &host->parents[i].types[k]);
	}
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

const struct vgpu_type *vgpu_parent_find_type(const struct vgpu_parent *parent, const char *id)
{
	for (size_t i = 0; i < parent->type_count; i++) {
		if (strcmp(parent->types[i].id, id) == 0)
			return &parent->types[i];
	}
	return NULL;
}

size_t vgpu_host_count_devices(const struct vgpu_host *host, const char *parent, const char *type)
{
	size_t count = 0;

	for (size_t i = 0; i < host->device_count; i++) {
		const struct vgpu_device *device = &host->devices[i];

		if (strcmp(device->parent, parent) == 0 &&
		    (type == NULL || strcmp(device->type, type) == 0))
			count++;
	}
	return count;
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
