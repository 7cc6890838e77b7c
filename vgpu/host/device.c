/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/host/device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/array.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/dir.h"
#include "vgpu/base/file.h"
#include "vgpu/base/text.h"
#include "vgpu/host/sysfs.h"

#define UNKNOWN "?"
#define DEVICES "/sys/bus/mdev/devices" /* links */

static int cannot_read(const char *uuid, struct base_error *err)
{
	return base_error_errno(err, errno, "cannot read the vGPU %s", uuid);
}

static char *read_type(int dirfd, const char *uuid)
{
	char path[BASE_UUID_SIZE + sizeof("/mdev_type")];
	BASE_AUTO(free) char *name = NULL;

	snprintf(path, sizeof(path), "%s/mdev_type", uuid);
	name = vgpu_sysfs_read_link_name(dirfd, path);
	if (name != NULL && *name == '\0')
		return strdup(UNKNOWN);
	return BASE_STEAL_PTR(name);
}

/* A vGPU's directory is inside its parent's. */
static char *parent_name(const char *syspath)
{
	const char *end = strrchr(syspath, '/');
	const char *start = end;

	while (start > syspath && start[-1] != '/')
		start--;
	return strndup(start, (size_t)(end - start));
}

/* err->errnum is ENOENT if there is no vGPU with that name in DEVICES. */
static int init_device(struct vgpu_device *device, int dirfd, const char *uuid,
		       struct base_error *err)
{
	*device = (struct vgpu_device){ .syspath = vgpu_sysfs_read_device(dirfd, uuid) };
	if (device->syspath == NULL)
		return cannot_read(uuid, err);
	if (*device->syspath == '\0') {
		vgpu_device_finish(device);
		return base_error_errno(err, ENOENT, "there is no vGPU %s", uuid);
	}
	memcpy(device->uuid, uuid, BASE_UUID_SIZE);
	device->parent = parent_name(device->syspath);
	device->type = read_type(dirfd, uuid);
	if (device->parent != NULL && device->type != NULL)
		return 0;
	cannot_read(uuid, err);
	vgpu_device_finish(device);
	return -1;
}

int vgpu_device_init(struct vgpu_device *device, const char *uuid, struct base_error *err)
{
	BASE_AUTO(fd) int fd = open(DEVICES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*device = (struct vgpu_device){ 0 };
	if (fd < 0)
		return base_error_errno(err, errno, "there is no vGPU %s", uuid);
	return init_device(device, fd, uuid, err);
}

bool vgpu_device_has_type(const struct vgpu_device *device)
{
	return strcmp(device->type, UNKNOWN) != 0;
}

/* A vGPU that goes away while it is read is left out. */
static int add_device(struct vgpu_devices *devices, int dirfd, const char *uuid,
		      struct base_error *err)
{
	struct vgpu_device *items =
		vgpu_array_grow(devices->items, devices->count, sizeof(*devices->items));
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (items == NULL)
		return base_error_no_memory(err, "cannot list the vGPUs");
	devices->items = items;
	if (init_device(&items[devices->count], dirfd, uuid, &why) == 0)
		devices->count++;
	else if (why.errnum != ENOENT)
		return base_error_errno(err, why.errnum, "cannot read the vGPU %s", uuid);
	return 0;
}

static int compare_devices(const void *a, const void *b)
{
	const struct vgpu_device *left = a, *right = b;
	int order = strverscmp(left->parent, right->parent);

	return order != 0 ? order : strcmp(left->uuid, right->uuid);
}

/*
 * This reads sysfs itself: libudev would read more files of each device than the
 * two links that matter.
 */
int vgpu_devices_gather(struct vgpu_devices *devices, struct base_error *err)
{
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;
	const char *name;

	if (base_dir_open(&dir, AT_FDCWD, DEVICES) < 0)
		return errno == ENOENT ? 0 : base_error_errno(err, errno, "cannot open " DEVICES);
	while ((name = base_dir_next(&dir)) != NULL) {
		char uuid[BASE_UUID_SIZE];

		if (base_name_parse_uuid(name, uuid) && add_device(devices, dir.fd, uuid, err) < 0)
			return -1;
	}
	if (errno != 0)
		return base_error_errno(err, errno, "cannot read " DEVICES);
	if (devices->count > 0)
		qsort(devices->items, devices->count, sizeof(*devices->items), compare_devices);
	return 0;
}

int vgpu_devices_count(size_t *count, struct base_error *err)
{
	long found = vgpu_sysfs_count_vgpus(AT_FDCWD, DEVICES);

	if (found < 0 && errno != ENOENT)
		return base_error_errno(err, errno, "cannot read " DEVICES);
	*count = found > 0 ? (size_t)found : 0;
	return 0;
}

int vgpu_device_set(const char *syspath, const char *attribute, const char *value,
		    struct base_error *err)
{
	BASE_AUTO(free) char *path = base_text_format("%s/%s", syspath, attribute);

	if (path == NULL)
		return base_error_no_memory(err, "cannot write an attribute of a vGPU");
	return base_file_write_attribute(path, value, err);
}

void vgpu_device_finish(struct vgpu_device *device)
{
	if (device == NULL)
		return;
	free(device->parent);
	free(device->type);
	free(device->syspath);
	*device = (struct vgpu_device){ 0 };
}
