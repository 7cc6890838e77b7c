/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "vgpu/base/log.h"

BASE_DEFINE_CLEANUP_PTR(filter, void, seccomp_release)

/* Allowed with any arguments: none of these reaches a file or a process that is not open. */
static const int calls[] = {
	SCMP_SYS(ppoll),
	SCMP_SYS(close),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(madvise),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(setitimer),
	SCMP_SYS(alarm),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

struct rule {
	uint32_t action;
	int call;
	unsigned int count;
	struct scmp_arg_cmp arguments[3];
};

#define IS(index, value)                                                                           \
	{                                                                                          \
		.arg = (index), .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)(value)                \
	}

static int add_rules(scmp_filter_ctx filter, const struct scanout_device *device, int socket)
{
	const struct rule rules[] = {
		{ SCMP_ACT_ALLOW,
		  SCMP_SYS(ioctl),
		  2,
		  { IS(0, device->fd), IS(1, VFIO_DEVICE_QUERY_GFX_PLANE) } },
		{ SCMP_ACT_ALLOW,
		  SCMP_SYS(ioctl),
		  2,
		  { IS(0, device->fd), IS(1, VFIO_DEVICE_GET_GFX_DMABUF) } },
		{ SCMP_ACT_ALLOW,
		  SCMP_SYS(pidfd_getfd),
		  3,
		  { IS(0, device->pidfd), IS(1, device->number), IS(2, 0) } },
		{ SCMP_ACT_ALLOW, SCMP_SYS(recvmsg), 1, { IS(0, socket) } },
		{ SCMP_ACT_ALLOW, SCMP_SYS(sendmsg), 1, { IS(0, socket) } },
		{ SCMP_ACT_ALLOW, SCMP_SYS(write), 1, { IS(0, STDERR_FILENO) } },
		/* the slack of its timer */
		{ SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, { IS(0, PR_SET_TIMERSLACK) } },
		/* fstat(3) of glibc 2.33 to 2.38 */
		{ SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1, { IS(3, AT_EMPTY_PATH) } },
		/* malloc(3): private memory that is not executable */
		{ SCMP_ACT_ALLOW,
		  SCMP_SYS(mmap),
		  2,
		  { IS(2, PROT_READ | PROT_WRITE), IS(3, MAP_PRIVATE | MAP_ANONYMOUS) } },
		/* isatty(3) */
		{ SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 1, { IS(1, TCGETS) } },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);

		if (status < 0)
			return status;
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		int status = seccomp_rule_add_array(filter, rules[i].action, rules[i].call,
						    rules[i].count, rules[i].arguments);

		if (status < 0)
			return status;
	}
	return 0;
}

int scanout_filter_close(const struct scanout_device *device, int socket, struct base_error *err)
{
	BASE_AUTO(filter) void *filter = NULL;
	int status;

	if (!SCANOUT_FILTERED) {
		base_warning("built with a sanitizer: system calls are not filtered");
		return 0;
	}
	filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		return base_error_errno(err, ENOMEM, "cannot make a filter of system calls");
	status = add_rules(filter, device, socket);
	if (status == 0)
		status = seccomp_load(filter);
	if (status < 0)
		return base_error_errno(err, -status, "cannot filter system calls");
	return 0;
}
