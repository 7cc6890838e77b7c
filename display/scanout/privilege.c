/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C library has no wrappers for capget(2) and capset(2). */
static int keep(uint32_t capabilities)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return -1;
	if ((data[0].permitted & ~capabilities) == 0 && data[1].permitted == 0)
		return 0;
	data[0].permitted &= capabilities;
	data[0].effective = data[0].permitted;
	data[0].inheritable = 0;
	data[1] = (struct __user_cap_data_struct){ 0 };
	return (int)syscall(SYS_capset, &header, data);
}

int scanout_privilege_drop(struct base_error *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
	    keep(CAP_TO_MASK(CAP_SYS_PTRACE)) < 0)
		return base_error_errno(err, errno, "cannot drop privileges");
	return 0;
}
