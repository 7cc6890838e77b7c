/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/holder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/file.h"

#define NAME_LIMIT 64 /* the kernel's names of processes have 15 bytes */

static bool is_number(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* /dev/vfio/GROUP, or NULL if the device is in no group. */
static char *group_path(const struct vgpu_device *device)
{
	BASE_AUTO(free) char *link = NULL;
	char target[PATH_MAX];
	const char *number;
	ssize_t length;
	char *path;

	if (asprintf(&link, "%s/iommu_group", device->syspath) < 0)
		return NULL;
	length = readlink(link, target, sizeof(target) - 1);
	if (length <= 0)
		return NULL;
	target[length] = '\0';
	number = strrchr(target, '/');
	number = number != NULL ? number + 1 : target;
	if (!is_number(number) || asprintf(&path, "/dev/vfio/%s", number) < 0)
		return NULL;
	return path;
}

/* /dev/vfio/devices/vfioN, by which newer programs open it; NULL if none. */
static char *cdev_path(const struct vgpu_device *device)
{
	BASE_AUTO(free) char *directory = NULL;
	BASE_AUTO(dir) DIR *dir = NULL;
	const struct dirent *entry;
	char *path;

	if (asprintf(&directory, "%s/vfio-dev", device->syspath) < 0)
		return NULL;
	dir = opendir(directory);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, "vfio", 4) == 0 && is_number(entry->d_name + 4))
			return asprintf(&path, "/dev/vfio/devices/%s", entry->d_name) < 0 ? NULL
											  : path;
	}
	return NULL;
}

static bool process_has_open(int proc, const char *pid, const char *path)
{
	BASE_AUTO(free) char *name = NULL;
	BASE_AUTO(dir) DIR *dir = NULL;
	const struct dirent *entry;
	size_t length = strlen(path);
	int fd;

	if (asprintf(&name, "%s/fd", pid) < 0)
		return false;
	fd = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL) {
		base_cleanup_fd(&fd);
		return false;
	}
	while ((entry = readdir(dir)) != NULL) {
		char target[PATH_MAX];
		ssize_t got = readlinkat(fd, entry->d_name, target, sizeof(target));

		if (got == (ssize_t)length && memcmp(target, path, length) == 0)
			return true;
	}
	return false;
}

/* "qemu-system-x86 (PID 123)", or NULL if no process can be seen with it. */
static char *find_process(const char *path)
{
	BASE_AUTO(dir) DIR *proc = opendir("/proc");
	const struct dirent *entry;

	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		BASE_AUTO(free) char *comm_path = NULL;
		BASE_AUTO(free) char *comm = NULL;
		char *holder;

		if (!is_number(entry->d_name) ||
		    !process_has_open(dirfd(proc), entry->d_name, path))
			continue;
		if (asprintf(&comm_path, "%s/comm", entry->d_name) < 0)
			return NULL;
		comm = base_file_read_at(dirfd(proc), comm_path, NAME_LIMIT, NULL, NULL);
		if (comm != NULL)
			comm[strcspn(comm, "\n")] = '\0';
		if (asprintf(&holder, "%s (PID %s)", comm != NULL ? comm : "a process",
			     entry->d_name) < 0)
			return NULL;
		return holder;
	}
	return NULL;
}

static int refuse(const struct vgpu_device *device, const char *holder, struct base_error *err)
{
	base_error_set(err, BASE_FAILED,
		       "the vGPU %s is in use by %s: shut the virtual machine down first",
		       device->uuid, holder != NULL ? holder : "a program");
	if (err != NULL)
		err->errnum = EBUSY;
	return -1;
}

int vgpu_holder_exclude(const struct vgpu_device *device, int *held, struct base_error *err)
{
	BASE_AUTO(free) char *group = group_path(device);
	BASE_AUTO(free) char *cdev = cdev_path(device);
	BASE_AUTO(free) char *holder = cdev != NULL ? find_process(cdev) : NULL;

	*held = -1;
	if (holder != NULL)
		return refuse(device, holder, err);
	if (group == NULL)
		return 0;
	*held = BASE_RETRY(open(group, O_RDWR | O_CLOEXEC));
	if (*held >= 0 || errno == ENOENT || errno == ENODEV)
		return 0;
	if (errno == EBUSY) {
		holder = find_process(group);
		return refuse(device, holder, err);
	}
	if (errno == EACCES || errno == EPERM)
		return base_error_errno(err, errno, "cannot remove a vGPU (run this as root)");
	return base_error_errno(err, errno, "cannot see whether the vGPU %s is in use: %s",
				device->uuid, group);
}
