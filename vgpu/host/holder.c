/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/host/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/dir.h"
#include "vgpu/base/text.h"
#include "vgpu/host/sysfs.h"

#define VFIO_DIR   "/dev/vfio/"
#define PID_DIGITS 9 /* the kernel's highest process id has 7 */

/* What a program opens to use a vGPU. Owned; NULL if there is none. */
struct nodes {
	char *group; /* /dev/vfio/GROUP */
	char *cdev;  /* /dev/vfio/devices/vfioN, in newer programs */
};

static void finish_nodes(struct nodes *nodes)
{
	free(nodes->group);
	free(nodes->cdev);
	*nodes = (struct nodes){ 0 };
}

BASE_DEFINE_CLEANUP(nodes, struct nodes, finish_nodes)

static bool is_number(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static int cannot_see(int errnum, const struct vgpu_device *device, struct base_error *err)
{
	return base_error_errno(err, errnum, "cannot see whether the vGPU %s is in use",
				device->uuid);
}

/* Returns 0 with *path, which is NULL if the device has no group; or -1 with errno. */
static int find_group(int dirfd, char **path)
{
	BASE_AUTO(free) char *target = vgpu_sysfs_read_link(dirfd, "iommu_group");
	const char *number;

	if (target == NULL)
		return -1;
	if (*target == '\0')
		return 0;
	number = strrchr(target, '/');
	number = number != NULL ? number + 1 : target;
	if (!is_number(number)) {
		errno = EINVAL;
		return -1;
	}
	*path = base_text_format(VFIO_DIR "%s", number);
	return *path != NULL ? 0 : -1;
}

static int find_cdev(int dirfd, char **path)
{
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;
	const char *name;

	if (base_dir_open(&dir, dirfd, "vfio-dev") < 0)
		return errno == ENOENT ? 0 : -1;
	while ((name = base_dir_next(&dir)) != NULL) {
		if (strncmp(name, "vfio", 4) != 0 || !is_number(name + 4))
			continue;
		*path = base_text_format(VFIO_DIR "devices/%s", name);
		return *path != NULL ? 0 : -1;
	}
	return errno == 0 ? 0 : -1;
}

/* A node that cannot be read is not a missing one: it is not known who has it open. */
static int find_nodes(struct nodes *nodes, const struct vgpu_device *device, struct base_error *err)
{
	BASE_AUTO(fd) int fd = open(device->syspath, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || find_group(fd, &nodes->group) < 0 || find_cdev(fd, &nodes->cdev) < 0)
		return cannot_see(errno, device, err);
	return 0;
}

static bool is_node(const struct nodes *nodes, const char *path)
{
	return (nodes->group != NULL && strcmp(path, nodes->group) == 0) ||
	       (nodes->cdev != NULL && strcmp(path, nodes->cdev) == 0);
}

/* True for a process that has ended, or that our user may not look into. */
static bool is_out_of_sight(int errnum)
{
	return errnum == ENOENT || errnum == ESRCH || errnum == EACCES || errnum == EPERM;
}

struct search {
	const struct nodes *nodes; /* one for each of the items */
	struct vgpu_process *items;
	size_t count;
	int proc;
};

static void note_holder(const struct search *search, const char *pid, const char *path)
{
	for (size_t i = 0; i < search->count; i++) {
		if (search->items[i].pid == 0 && is_node(&search->nodes[i], path))
			vgpu_process_init(&search->items[i], search->proc, strtol(pid, NULL, 10));
	}
}

/* Notes each file of VFIO that the process has open; -1 with errno. */
static int search_process(const struct search *search, const char *pid)
{
	BASE_AUTO(base_dir) struct base_dir files = BASE_DIR_CLOSED;
	char directory[PID_DIGITS + sizeof("/fd")];
	const char *file;

	snprintf(directory, sizeof(directory), "%s/fd", pid);
	if (base_dir_open(&files, search->proc, directory) < 0)
		return is_out_of_sight(errno) ? 0 : -1;
	while ((file = base_dir_next(&files)) != NULL) {
		char path[64];
		ssize_t length = readlinkat(files.fd, file, path, sizeof(path) - 1);

		if (length < 0 && !is_out_of_sight(errno) && errno != EINVAL)
			return -1;
		path[length > 0 ? length : 0] = '\0';
		if (strncmp(path, VFIO_DIR, strlen(VFIO_DIR)) == 0)
			note_holder(search, pid, path);
	}
	return errno == 0 || is_out_of_sight(errno) ? 0 : -1;
}

/* err->errnum is ENOENT if there is no such /proc. */
static int search_processes(const struct nodes *nodes, struct vgpu_process *items, size_t count,
			    const char *path, struct base_error *err)
{
	BASE_AUTO(base_dir) struct base_dir proc = BASE_DIR_CLOSED;
	struct search search = { .nodes = nodes, .items = items, .count = count };
	const char *process;

	if (base_dir_open(&proc, AT_FDCWD, path) < 0)
		return base_error_errno(err, errno, "cannot open %s", path);
	search.proc = proc.fd;
	while ((process = base_dir_next(&proc)) != NULL) {
		if (is_number(process) && strlen(process) <= PID_DIGITS &&
		    search_process(&search, process) < 0)
			return base_error_errno(err, errno, "cannot see what the process %s uses",
						process);
	}
	return errno == 0 ? 0 : base_error_errno(err, errno, "cannot read %s", path);
}

/* Without a /proc no process is seen. */
static int search_if_there(const struct nodes *nodes, const struct vgpu_holders *holders,
			   const char *proc, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (search_processes(nodes, holders->items, holders->count, proc, &why) == 0 ||
	    why.errnum == ENOENT)
		return 0;
	base_error_set(err, BASE_FAILED, "cannot see who uses the vGPUs: %s", why.message);
	return -1;
}

int vgpu_holders_init(struct vgpu_holders *holders, const struct vgpu_host *host, const char *proc,
		      struct base_error *err)
{
	BASE_AUTO(free) struct nodes *nodes = NULL;
	int status = 0;

	*holders = (struct vgpu_holders){ 0 };
	if (host->device_count == 0)
		return 0;
	nodes = calloc(host->device_count, sizeof(*nodes));
	holders->items = calloc(host->device_count, sizeof(*holders->items));
	if (nodes == NULL || holders->items == NULL)
		return base_error_no_memory(err, "cannot see who uses the vGPUs");
	holders->count = host->device_count;
	for (size_t i = 0; i < holders->count && status == 0; i++)
		status = find_nodes(&nodes[i], &host->devices[i], err);
	if (status == 0)
		status = search_if_there(nodes, holders, proc, err);
	for (size_t i = 0; i < holders->count; i++)
		finish_nodes(&nodes[i]);
	return status;
}

const struct vgpu_process *vgpu_holders_find(const struct vgpu_holders *holders,
					     const struct vgpu_host *host,
					     const struct vgpu_device *device)
{
	size_t index = (size_t)(device - host->devices);

	return index < holders->count && holders->items[index].pid != 0 ? &holders->items[index]
									: NULL;
}

void vgpu_holders_finish(struct vgpu_holders *holders)
{
	if (holders == NULL)
		return;
	for (size_t i = 0; i < holders->count; i++)
		vgpu_process_finish(&holders->items[i]);
	free(holders->items);
	*holders = (struct vgpu_holders){ 0 };
}

static int refuse_used(const struct vgpu_device *device, const struct vgpu_process *process,
		       struct base_error *err)
{
	BASE_AUTO(free) char *holder = process->pid != 0 ? vgpu_process_describe(process) : NULL;

	base_error_set(err, BASE_FAILED,
		       "the vGPU %s is in use by %s: shut the virtual machine down first",
		       device->uuid, holder != NULL ? holder : "a program");
	if (err != NULL)
		err->errnum = EBUSY;
	return -1;
}

/*
 * A vGPU that is being removed loses its group before its node goes. If it has its
 * group, this is a service or a container with a /dev of its own, where a vGPU in
 * use would look free.
 */
static int check_gone(const struct vgpu_device *device, const char *node, struct base_error *err)
{
	BASE_AUTO(free) char *path = base_text_format("%s/iommu_group", device->syspath);
	struct stat status;

	if (path == NULL)
		return cannot_see(ENOMEM, device, err);
	if (lstat(path, &status) < 0 && errno == ENOENT)
		return 0;
	return base_error_errno(err, ENOENT,
				"cannot see whether the vGPU %s is in use: %s is not in this /dev",
				device->uuid, node);
}

int vgpu_holder_exclude(const struct vgpu_device *device, int *held, struct base_error *err)
{
	BASE_AUTO(vgpu_process) struct vgpu_process process = { 0 };
	BASE_AUTO(nodes) struct nodes nodes = { 0 };

	*held = -1;
	if (find_nodes(&nodes, device, err) < 0)
		return -1;
	/* After any error except ENOENT, the node may be there. */
	if (nodes.cdev != NULL && (access(nodes.cdev, F_OK) == 0 || errno != ENOENT) &&
	    search_processes(&(struct nodes){ .cdev = nodes.cdev }, &process, 1, "/proc", err) < 0)
		return base_error_wrap(err, "cannot see whether the vGPU %s is in use",
				       device->uuid);
	if (process.pid != 0)
		return refuse_used(device, &process, err);
	if (nodes.group == NULL)
		return 0;
	*held = BASE_RETRY(open(nodes.group, O_RDWR | O_CLOEXEC));
	if (*held >= 0 || errno == ENODEV)
		return 0;
	if (errno == ENOENT)
		return check_gone(device, nodes.group, err);
	if (errno == EBUSY) {
		(void)search_processes(&nodes, &process, 1, "/proc", NULL);
		return refuse_used(device, &process, err);
	}
	if (errno == EACCES || errno == EPERM)
		return base_error_errno(err, errno, "cannot remove a vGPU (run this as root)");
	return base_error_errno(err, errno, "cannot see whether the vGPU %s is in use: %s",
				device->uuid, nodes.group);
}
