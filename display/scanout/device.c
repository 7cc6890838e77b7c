/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "vgpu/base/dir.h"

#define MOST_NUMBERS 65536u /* files of a process that are examined */
#define PID_DIGITS   9	    /* the kernel's highest process id has 7 */

/* The C library has these since glibc 2.36. */
static int open_pidfd(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static int get_file(int pidfd, int number)
{
	return (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
}

struct search {
	struct scanout_device *device;
	const struct scanout_caller *caller;
	const char *domain, *vgpu;
	bool has_nodes; /* the vGPU exists */
	bool has_seen;	/* a process of the domain was found */
	int errnum;	/* why its files could not be duplicated; 0: no error */
};

/*
 * Opens the vGPU through the file with which QEMU opened it. A group's file opens exactly
 * the device that is named; the device's own file needs only a duplicate.
 */
static int open_beside(const struct search *search, int file, enum scanout_node node)
{
	if (node == SCANOUT_NODE_DEVICE)
		return fcntl(file, F_DUPFD_CLOEXEC, 0);
	return ioctl(file, VFIO_GROUP_GET_DEVICE_FD, search->vgpu);
}

/*
 * Tries each file number, because only the process's own user can read the folder that lists
 * them (/proc/PID/fd). True if one of them led to the vGPU.
 */
static bool take(struct search *search, int pidfd, unsigned int numbers)
{
	struct scanout_device *device = search->device;

	for (unsigned int n = 0; n < numbers && n < MOST_NUMBERS; n++) {
		BASE_AUTO(fd) int file = get_file(pidfd, (int)n);
		enum scanout_node node;
		struct stat st;

		if (file < 0 && errno == EBADF)
			continue;
		if (file < 0) {
			search->errnum = errno;
			/* SELinux decides for each file, so it may allow the right one. */
			if (errno == EACCES)
				continue;
			return false;
		}
		if (fstat(file, &st) < 0)
			continue;
		node = scanout_nodes_match(&device->nodes, &st);
		if (node == SCANOUT_NODE_OTHER)
			continue;
		device->fd = open_beside(search, file, node);
		device->number = (int)n;
		search->errnum = device->fd < 0 ? errno : 0;
		return device->fd >= 0;
	}
	return false;
}

static bool is_wanted(const struct search *search, int dirfd, struct scanout_process *process)
{
	return scanout_process_read(process, dirfd) &&
	       scanout_caller_may_see(search->caller, process) &&
	       scanout_process_runs(dirfd, search->domain);
}

/*
 * An open folder of /proc always belongs to the same process, but a PID can be reused. If
 * the folder still shows the right process after the pidfd was opened, the pidfd is of that
 * process.
 */
static bool try_process(struct search *search, int proc, const char *pid)
{
	BASE_AUTO(fd) int dirfd = openat(proc, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	BASE_AUTO(fd) int pidfd = -1;
	struct scanout_process process;

	if (dirfd < 0 || !is_wanted(search, dirfd, &process))
		return false;
	pidfd = open_pidfd((pid_t)strtol(pid, NULL, 10));
	if (pidfd < 0 || !is_wanted(search, dirfd, &process))
		return false;
	search->has_seen = true;
	if (!search->has_nodes || !take(search, pidfd, process.numbers))
		return false;
	search->device->pidfd = BASE_STEAL_FD(pidfd);
	return true;
}

static bool is_pid(const char *name)
{
	size_t length = strspn(name, "0123456789");

	return length > 0 && length <= PID_DIGITS && name[length] == '\0';
}

static int refuse(const struct search *search, struct base_error *err)
{
	if (!search->has_seen)
		return base_error_set(
			err, BASE_FAILED,
			"no running domain %s that you may see: only root and group " SCANOUT_GROUP
			" may see VMs of the system, and only their own user may see others",
			search->domain);
	if (search->errnum == EPERM || search->errnum == EACCES)
		return base_error_set(
			err, BASE_FAILED,
			"the kernel does not let vgpu-scanout use QEMU's open files: run "
			"'vgpu doctor', it says what to change");
	if (search->errnum != 0)
		return base_error_errno(err, search->errnum, "cannot open the vGPU %s beside QEMU",
					search->vgpu);
	return base_error_set(err, BASE_FAILED, "the domain %s does not have the vGPU %s",
			      search->domain, search->vgpu);
}

int scanout_device_open(struct scanout_device *device, const struct scanout_caller *caller,
			const char domain[BASE_UUID_SIZE], const char vgpu[BASE_UUID_SIZE],
			struct base_error *err)
{
	struct search search = {
		.device = device,
		.caller = caller,
		.domain = domain,
		.vgpu = vgpu,
	};
	BASE_AUTO(base_dir) struct base_dir proc = BASE_DIR_CLOSED;
	const char *name;

	*device = (struct scanout_device)SCANOUT_DEVICE_CLOSED;
	if (base_dir_open(&proc, AT_FDCWD, "/proc") < 0)
		return base_error_errno(err, errno, "cannot look for the domain in /proc");
	search.has_nodes = scanout_nodes_read(&device->nodes, SCANOUT_SYSFS, vgpu);
	while ((name = base_dir_next(&proc)) != NULL) {
		if (is_pid(name) && try_process(&search, proc.fd, name))
			return 0;
	}
	return refuse(&search, err);
}

bool scanout_device_is_held(const struct scanout_device *device)
{
	BASE_AUTO(fd) int file = get_file(device->pidfd, device->number);
	struct stat st;

	return file >= 0 && fstat(file, &st) == 0 &&
	       scanout_nodes_match(&device->nodes, &st) != SCANOUT_NODE_OTHER;
}

void scanout_device_close(struct scanout_device *device)
{
	base_cleanup_fd(&device->fd);
	base_cleanup_fd(&device->pidfd);
}
