/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/stat.h>

#define RUN_DIR "/run/vgpu"

static int explain(int errnum, const char *path, struct base_error *err)
{
	if (errnum == EACCES || errnum == EPERM)
		return base_error_errno(err, errnum, "cannot lock %s (run this as root)", path);
	return base_error_errno(err, errnum, "cannot lock %s", path);
}

/*
 * From here on a vGPU and its definition change together. What waits for the
 * lock can be interrupted; what has it takes no time to speak of.
 */
static void defer_signals(void)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		sigaddset(&set, ending[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int vgpu_lock_take(const char *config_dir, struct base_error *err)
{
	const char *path = config_dir != NULL ? config_dir : RUN_DIR;
	BASE_AUTO(fd) int fd = -1;

	if (config_dir == NULL && mkdir(RUN_DIR, 0700) < 0 && errno != EEXIST)
		return explain(errno, path, err);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || BASE_RETRY(flock(fd, LOCK_EX)) < 0)
		return explain(errno, path, err);
	defer_signals();
	return BASE_STEAL_FD(fd);
}
