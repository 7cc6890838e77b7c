/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/line.h"
#include "vgpu/base/text.h"

#define DOMAIN_PROGRAM "vgpu-domain"

#define STDERR_LIMIT 8192 /* bytes; only the last line is reported */

/* What a child writes, up to the limit. */
struct stream {
	int fd;
	char *text; /* owned */
	size_t used;
	size_t limit;
};

static void stream_finish(struct stream *stream)
{
	base_cleanup_fd(&stream->fd);
	free(stream->text);
	stream->text = NULL;
}

BASE_DEFINE_CLEANUP(stream, struct stream, stream_finish)

/* Where vgpu-domain is, owned by the caller; NULL without memory. */
static char *find_domain_program(void)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *path = NULL;
	char *slash;

	if (length > 0) {
		self[length] = '\0';
		slash = strrchr(self, '/');
		if (slash != NULL) {
			*slash = '\0';
			path = base_text_join_path(self, DOMAIN_PROGRAM);
			if (path == NULL)
				return NULL;
		}
		if (path != NULL && access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return strdup(VGPU_LIBEXECDIR "/" DOMAIN_PROGRAM);
}

static int cannot_start(const char *path, int errnum, struct base_error *err)
{
	if (errnum == ENOENT)
		return base_error_errno(err, errnum, "cannot start %s (is it installed?)", path);
	return base_error_errno(err, errnum, "cannot start %s", path);
}

int vgpu_program_become(char *const argv[], struct base_error *err)
{
	BASE_AUTO(free) char *path = find_domain_program();
	BASE_AUTO(free) char **whole = NULL;
	size_t count = 0;

	while (argv[count] != NULL)
		count++;
	whole = calloc(count + 2, sizeof(*whole));
	if (path == NULL || whole == NULL)
		return cannot_start(DOMAIN_PROGRAM, ENOMEM, err);
	whole[0] = path;
	memcpy(whole + 1, argv, count * sizeof(*whole));
	execv(path, whole);
	return cannot_start(path, errno, err);
}

static int prepare_child(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
			 int out, int error)
{
	sigset_t none;
	int status;

	/* A process that holds the lock blocks signals; its children must not. */
	sigemptyset(&none);
	status = posix_spawnattr_setsigmask(attributes, &none);
	if (status == 0)
		status = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK);
	if (status == 0)
		status = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null",
							  O_RDONLY, 0);
	if (status == 0 && out >= 0)
		status = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
	if (status == 0)
		status = posix_spawn_file_actions_adddup2(actions, error, STDERR_FILENO);
	return status;
}

static int spawn_child(const char *path, const char *const argv[], int out, int error, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int status = posix_spawn_file_actions_init(&actions);

	if (status != 0)
		return status;
	status = posix_spawnattr_init(&attributes);
	if (status != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return status;
	}
	status = prepare_child(&actions, &attributes, out, error);
	if (status == 0)
		status = posix_spawnp(pid, path, &actions, &attributes, (char *const *)argv,
				      environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

/* Returns 1 while there may be more, 0 at the end, or -1 with errno. */
static int read_some(struct stream *stream)
{
	char buffer[4096];
	ssize_t got = BASE_RETRY(read(stream->fd, buffer, sizeof(buffer)));
	char *grown;

	if (got <= 0)
		return (int)got;
	if ((size_t)got > stream->limit - stream->used) {
		errno = EFBIG;
		return -1;
	}
	grown = realloc(stream->text, stream->used + (size_t)got + 1);
	if (grown == NULL)
		return -1;
	stream->text = grown;
	memcpy(stream->text + stream->used, buffer, (size_t)got);
	stream->used += (size_t)got;
	stream->text[stream->used] = '\0';
	return 1;
}

/* Only the last bytes of standard error are kept, so that a lot of it is not a failure. */
static void forget_beginning(struct stream *stream)
{
	size_t half = stream->limit / 2;

	if (stream->limit - stream->used >= 4096)
		return;
	memmove(stream->text, stream->text + stream->used - half, half + 1);
	stream->used = half;
}

/* Reads both pipes at once, or the child would block on the one that is not read. */
static int drain_pipes(struct stream *out, struct stream *error)
{
	while (out->fd >= 0 || error->fd >= 0) {
		struct pollfd fds[] = { { .fd = out->fd, .events = POLLIN },
					{ .fd = error->fd, .events = POLLIN } };
		int more;

		if (BASE_RETRY(poll(fds, 2, -1)) < 0)
			return -1;
		if (fds[0].revents != 0) {
			more = read_some(out);
			if (more < 0)
				return -1;
			if (more == 0)
				base_cleanup_fd(&out->fd);
		}
		if (fds[1].revents != 0) {
			if (read_some(error) <= 0)
				base_cleanup_fd(&error->fd);
			else
				forget_beginning(error);
		}
	}
	return 0;
}

/* The last line that is not empty; NULL if there is none. */
static char *last_line(char *text)
{
	char *line;

	if (text == NULL)
		return NULL;
	for (size_t length = strlen(text); length > 0 && text[length - 1] == '\n'; length--)
		text[length - 1] = '\0';
	line = strrchr(text, '\n');
	line = line != NULL ? line + 1 : text;
	base_line_make(line);
	return *line != '\0' ? line : NULL;
}

/* Cuts the program's name off, as our own message begins with one. */
static const char *without_name(const char *line, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(line, "vgpu: ", 6) == 0)
		return line + 6;
	if (strncmp(line, name, length) == 0 && strncmp(line + length, ": ", 2) == 0)
		return line + length + 2;
	return line;
}

static int judge_end(int status, const char *name, char *error, struct base_error *err)
{
	const char *line;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	line = last_line(error);
	if (line != NULL)
		return base_error_set(err, BASE_FAILED, "%s", without_name(line, name));
	if (WIFEXITED(status))
		return base_error_set(err, BASE_FAILED, "%s ended with status %d", name,
				      WEXITSTATUS(status));
	return base_error_set(err, BASE_FAILED, "%s was killed by signal %d", name,
			      WTERMSIG(status));
}

static int open_pipe(struct stream *stream, int *write_end)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	stream->fd = ends[0];
	*write_end = ends[1];
	return 0;
}

/* Reads all that the child writes and waits for its end. */
static int collect_output(pid_t pid, struct stream *out, struct stream *error, int *status)
{
	int drained = drain_pipes(out, error);
	int saved = errno;

	/* With its pipes closed, a child that writes too much cannot block. */
	base_cleanup_fd(&out->fd);
	base_cleanup_fd(&error->fd);
	if (BASE_RETRY(waitpid(pid, status, 0)) < 0)
		return -1;
	errno = saved;
	return drained;
}

static int run_program(const char *path, const char *const argv[], size_t limit, char **output,
		       bool passes_messages, struct base_error *err)
{
	BASE_AUTO(stream) struct stream out = { .fd = -1, .limit = limit };
	BASE_AUTO(stream) struct stream error = { .fd = -1, .limit = STDERR_LIMIT };
	BASE_AUTO(fd) int out_end = -1;
	BASE_AUTO(fd) int error_end = -1;
	int status;
	pid_t pid;

	if ((output != NULL && open_pipe(&out, &out_end) < 0) || open_pipe(&error, &error_end) < 0)
		return cannot_start(path, errno, err);
	status = spawn_child(path, argv, out_end, error_end, &pid);
	if (status != 0)
		return cannot_start(path, status, err);
	base_cleanup_fd(&out_end);
	base_cleanup_fd(&error_end);
	if (collect_output(pid, &out, &error, &status) < 0)
		return base_error_errno(err, errno, "cannot read the output of %s", path);
	if (judge_end(status, argv[0], error.text, err) < 0)
		return -1;
	if (passes_messages && error.text != NULL)
		fputs(error.text, stderr);
	if (output == NULL)
		return 0;
	*output = out.text != NULL ? BASE_STEAL_PTR(out.text) : strdup("");
	return *output != NULL ? 0 : cannot_start(path, ENOMEM, err);
}

int vgpu_program_run(const char *path, const char *const argv[], size_t limit, char **output,
		     struct base_error *err)
{
	return run_program(path, argv, limit, output, false, err);
}

int vgpu_program_run_self(const char *const argv[], size_t limit, char **output,
			  struct base_error *err)
{
	return run_program("/proc/self/exe", argv, limit, output, true, err);
}

int vgpu_program_ask_domain(const char *const argv[], size_t limit, char **output,
			    struct base_error *err)
{
	BASE_AUTO(free) char *path = find_domain_program();

	if (path == NULL)
		return cannot_start(DOMAIN_PROGRAM, ENOMEM, err);
	return run_program(path, argv, limit, output, true, err);
}
