/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "vgpu/base/cleanup.h"

#define PROGRAM VGPU_LIBEXECDIR "/vgpu-scanout"
#define MAX_FDS 4 /* fds of a packet that can be received; all but the first are closed */

extern char **environ;

static const char *socket_path(void)
{
	const char *path = getenv("VGPU_SCANOUT_SOCKET");

	return path != NULL && path[0] != '\0' ? path : SCANOUT_SOCKET;
}

/* If the queue of the socket is full, connect waits, but only for this time (unix(7)). */
static int make_socket(void)
{
	const struct timeval patience = { .tv_usec = DISPLAY_HELPER_DIAL_MS * 1000L };
	BASE_AUTO(fd) int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		return -1;
	return BASE_STEAL_FD(fd);
}

/* Returns the fd; -1 and err, whose errnum says why. */
static int dial(const char *path, struct base_error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	BASE_AUTO(fd) int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return base_error_errno(err, ENAMETOOLONG, "cannot reach vgpu-scanout at %s", path);
	memcpy(address.sun_path, path, strlen(path));
	fd = make_socket();
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return base_error_errno(err, errno, "cannot reach vgpu-scanout at %s", path);
	return BASE_STEAL_FD(fd);
}

/* Starts a helper; `fd`, its end of the connection, becomes its standard input. */
static int spawn(const char *program, int fd, pid_t *pid)
{
	char *const argv[] = { (char *)program, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int r;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	r = posix_spawn(pid, program, &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

/* Sets no error on failure: the caller reports why the system's helper could not be reached. */
static int start_own(struct display_helper *helper)
{
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	r = spawn(PROGRAM, pair[1], &helper->child);
	close(pair[1]);
	if (r == 0) {
		helper->fd = pair[0];
		return 0;
	}
	helper->child = 0;
	close(pair[0]);
	return -1;
}

static const char *advice(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ECONNREFUSED:
		return "; run as root: systemctl enable --now vgpu-scanout.socket";
	case EACCES:
		return "; join group libvirt and log in again";
	case EAGAIN:
		return "; it has too many connections: journalctl -u 'vgpu-scanout@*' says from "
		       "whom";
	default:
		return "";
	}
}

int display_helper_connect(struct display_helper *helper, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	*helper = (struct display_helper)DISPLAY_HELPER_INIT;
	helper->fd = dial(socket_path(), &why);
	if (helper->fd >= 0)
		return 0;
	helper->advice = advice(why.errnum);
	if (start_own(helper) == 0)
		return 0;
	return base_error_set(err, BASE_FAILED, "%s%s", why.message, helper->advice);
}

uint64_t display_helper_look(void)
{
	struct stat st;

	if (stat(socket_path(), &st) < 0)
		return 0;
	return ((uint64_t)st.st_ctim.tv_sec * 1000000000u + (uint64_t)st.st_ctim.tv_nsec) ^
	       (uint64_t)st.st_ino;
}

void display_helper_finish(struct display_helper *helper)
{
	base_cleanup_fd(&helper->fd);
	if (helper->child != 0) {
		kill(helper->child, SIGTERM);
		BASE_RETRY(waitpid(helper->child, NULL, 0));
	}
	helper->child = 0;
}

int display_helper_send(int fd, const struct scanout_request *request, struct base_error *err)
{
	if (BASE_RETRY(send(fd, request, sizeof(*request), MSG_DONTWAIT | MSG_NOSIGNAL)) < 0 &&
	    errno != EPIPE && errno != ECONNRESET)
		return base_error_errno(err, errno, "cannot send to vgpu-scanout");
	return 0;
}

/* Keeps the first fd of the packet and closes all others. */
static void take_fds(struct msghdr *message, int *plane_fd)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL;
	     part = CMSG_NXTHDR(message, part)) {
		size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
			if (*plane_fd < 0)
				*plane_fd = fd;
			else
				close(fd);
		}
	}
}

/* A plane came without its fd: the viewer has no free fd, or a security rule forbids it. */
static int lost_fd(int fd, struct base_error *err)
{
	BASE_AUTO(fd) int probe = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (probe >= 0)
		return base_error_set(
			err, BASE_FAILED,
			"the kernel did not pass a picture's buffer from vgpu-scanout to "
			"the viewer: the kernel's log or the audit log says why");
	return base_error_set(err, BASE_FAILED,
			      "cannot take a picture's buffer from vgpu-scanout: %s; raise "
			      "the limit of open files: ulimit -n",
			      strerror(errno));
}

int display_helper_receive(int fd, struct scanout_reply *reply, int *plane_fd,
			   struct base_error *err)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(MAX_FDS * sizeof(int))];
	struct iovec data = { .iov_base = reply, .iov_len = sizeof(*reply) };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t size = BASE_RETRY(recvmsg(fd, &message, MSG_CMSG_CLOEXEC));

	*plane_fd = -1;
	/*
	 * If the helper hung up with unread requests, the first call returns ECONNRESET. What
	 * the helper sent before can still be read.
	 */
	if (size < 0 && errno == ECONNRESET)
		size = BASE_RETRY(recvmsg(fd, &message, MSG_CMSG_CLOEXEC));
	if (size < 0)
		return base_error_errno(err, errno, "cannot receive from vgpu-scanout");
	take_fds(&message, plane_fd);
	if (size == 0)
		return 0;
	if (size == (ssize_t)sizeof(*reply) && (message.msg_flags & MSG_CTRUNC) != 0 &&
	    *plane_fd < 0)
		return lost_fd(fd, err);
	if (size != (ssize_t)sizeof(*reply) ||
	    (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		base_cleanup_fd(plane_fd);
		return base_error_set(
			err, BASE_FAILED,
			"vgpu-scanout has another version: install it and vgpu-display "
			"from the same release");
	}
	return 1;
}
