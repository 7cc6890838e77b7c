/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <time.h>

#include "vgpu/base/file.h"
#include "vgpu/base/log.h"
#include "vgpu/base/text.h"
#include "vgpu/store/store.h"

#define RUN_DIR	   "/run/vgpu"
#define PATIENCE_S 30 /* that a person waits */
#define NAME_LIMIT 64 /* the kernel's names of processes have 15 bytes */

static int explain_failure(int errnum, const char *path, struct base_error *err)
{
	if (errnum == EACCES || errnum == EPERM)
		return base_error_errno(err, errnum, "cannot lock %s (run this as root)", path);
	return base_error_errno(err, errnum, "cannot lock %s", path);
}

/*
 * While the lock is held, a vGPU and its definition change together, so signals
 * that end the process wait. A process that waits for the lock can be interrupted;
 * one that has it needs only a moment.
 */
static void set_signals(int how)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		sigaddset(&set, ending[i]);
	sigprocmask(how, &set, NULL);
}

/* The process that has a lock on the file, from the kernel's list; 0 if it is not listed. */
static long find_owner(int fd)
{
	BASE_AUTO(file) FILE *locks = fopen("/proc/locks", "re");
	char line[256];
	struct stat st;

	if (locks == NULL || fstat(fd, &st) < 0)
		return 0;
	while (fgets(line, sizeof(line), locks) != NULL) {
		unsigned int major, minor;
		unsigned long inode;
		long pid;

		/* "1: FLOCK  ADVISORY  WRITE 123 00:19:456 0 EOF"; "->" marks one that waits. */
		if (sscanf(line, "%*d: FLOCK ADVISORY WRITE %ld %x:%x:%lu ", &pid, &major, &minor,
			   &inode) == 4 &&
		    pid > 0 && inode == st.st_ino && makedev(major, minor) == st.st_dev)
			return pid;
	}
	return 0;
}

/* "vgpu (PID 123)"; owned by the caller, NULL without memory. */
static char *describe_owner(int fd)
{
	BASE_AUTO(free) char *path = NULL;
	BASE_AUTO(free) char *name = NULL;
	long pid = find_owner(fd);

	if (pid == 0)
		return strdup("another vgpu");
	path = base_text_format("/proc/%ld/comm", pid);
	if (path == NULL)
		return NULL;
	name = base_file_read_at(AT_FDCWD, path, NAME_LIMIT, NULL, NULL);
	if (name != NULL)
		name[strcspn(name, "\n")] = '\0';
	return base_text_format("%s (PID %ld)", name != NULL ? name : "a process", pid);
}

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static int lock_within(int fd, const char *path, int seconds, struct base_error *err)
{
	time_t start = now();
	bool told = false;

	while (flock(fd, LOCK_EX) < 0) {
		BASE_AUTO(free) char *owner = NULL;

		if (errno != EINTR)
			return explain_failure(errno, path, err);
		if (told && now() - start < seconds)
			continue;
		owner = describe_owner(fd);
		if (owner == NULL)
			return explain_failure(ENOMEM, path, err);
		if (now() - start >= seconds)
			return base_error_set(err, BASE_FAILED,
					      "cannot lock %s: %s has held it for %d s (try again "
					      "later, or end that process if it hangs)",
					      path, owner, seconds);
		base_info("waiting for %s, which is changing vGPUs", owner);
		told = true;
	}
	return 0;
}

static void ignore_signal(int signal)
{
	(void)signal;
}

/* A timer interrupts the wait every second, as a single signal could come before the wait. */
static int wait_for_lock(int fd, const char *path, int seconds, struct base_error *err)
{
	const struct itimerval each_second = { { 1, 0 }, { 1, 0 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	const struct sigaction waking = { .sa_handler = ignore_signal };
	struct sigaction old;
	sigset_t alarm;
	int status;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	if (sigaction(SIGALRM, &waking, &old) < 0 || sigprocmask(SIG_UNBLOCK, &alarm, NULL) < 0 ||
	    setitimer(ITIMER_REAL, &each_second, NULL) < 0)
		return explain_failure(errno, path, err);
	status = lock_within(fd, path, seconds, err);
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &old, NULL);
	return status;
}

bool vgpu_lock_is_usual(const char *config_dir, const char *usual)
{
	struct stat asked, there;

	if (config_dir == NULL || strcmp(config_dir, usual) == 0)
		return true;
	return stat(config_dir, &asked) == 0 && stat(usual, &there) == 0 &&
	       asked.st_dev == there.st_dev && asked.st_ino == there.st_ino;
}

int vgpu_lock_wait(const char *config_dir, int seconds, struct base_error *err)
{
	bool is_usual = vgpu_lock_is_usual(config_dir, VGPU_STORE_DIR);
	const char *path = is_usual ? RUN_DIR : config_dir;
	BASE_AUTO(fd) int fd = -1;

	if (is_usual && mkdir(RUN_DIR, 0700) < 0 && errno != EEXIST)
		return explain_failure(errno, path, err);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return explain_failure(errno, path, err);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return explain_failure(errno, path, err);
		if (wait_for_lock(fd, path, seconds, err) < 0)
			return -1;
	}
	set_signals(SIG_BLOCK);
	return BASE_STEAL_FD(fd);
}

int vgpu_lock_take(const char *config_dir, struct base_error *err)
{
	return vgpu_lock_wait(config_dir, PATIENCE_S, err);
}

void vgpu_lock_release(int *lock)
{
	if (*lock < 0)
		return;
	base_cleanup_fd(lock);
	set_signals(SIG_UNBLOCK);
}
