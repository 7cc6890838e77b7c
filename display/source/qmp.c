/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "display/picture/clock.h"
#include "display/source/vm.h"
#include "vgpu/base/cleanup.h"

#define LINE_MAX_BYTES ((size_t)256 * 1024)
#define PATIENCE_MS    10000
#define DIAL_MS	       50 /* between two attempts while the queue of QEMU's socket is full */
#define LAG_MS	       2000
#define LOOK_MS	       500

struct qmp {
	struct display_vm vm;
	char *path;		     /* owned */
	struct display_events *loop; /* borrowed */
	int fd;
	sd_event_source *source;
	char *line; /* owned; LINE_MAX_BYTES for what was read and not parsed yet */
	size_t length;
	bool asking;	/* a function waits for an answer and parses the lines */
	bool shut_down; /* QEMU said that it is ending */
	bool closed;	/* there is nothing more to read */
	int why_closed; /* errno; 0: QEMU hung up */
};

BASE_DEFINE_CLEANUP_PTR(json, json_object, json_object_put)

static const char *string_of(json_object *object, const char *key)
{
	json_object *value = NULL;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value)
							      : NULL;
}

static int no_answer(const struct qmp *qmp, struct base_error *err)
{
	return base_error_set(err, BASE_FAILED,
			      "QEMU does not answer on %s: is another client connected to it?",
			      qmp->path);
}

/*
 * QEMU serves one client, and answers no other one meanwhile. If another client is already
 * waiting, connect fails with EAGAIN, so it is repeated.
 */
static int connect_patiently(struct qmp *qmp, const struct sockaddr_un *address,
			     struct base_error *err)
{
	int64_t until = display_clock_ms() + PATIENCE_MS;

	while (BASE_RETRY(connect(qmp->fd, (const struct sockaddr *)address, sizeof(*address))) <
	       0) {
		if (errno != EAGAIN)
			return base_error_errno(
				err, errno, "cannot connect to QEMU's QMP socket %s", qmp->path);
		if (display_clock_ms() >= until)
			return no_answer(qmp, err);
		if (display_events_wait(qmp->loop, display_clock_ms() + DIAL_MS, err) < 0)
			return -1;
	}
	return 0;
}

/* 1 if connected; 0 if there is no QEMU, and err says so; -1 and err on failure. */
static int dial(struct qmp *qmp, struct base_error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (strlen(qmp->path) >= sizeof(address.sun_path))
		return base_error_set(err, BASE_MISUSED, "the name of a socket is too long: %s",
				      qmp->path);
	memcpy(address.sun_path, qmp->path, strlen(qmp->path));
	qmp->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (qmp->fd < 0)
		return base_error_errno(err, errno, "cannot make a socket");
	if (connect_patiently(qmp, &address, &why) == 0)
		return 1;
	base_error_set(err, why.status, "%s", why.message);
	return why.errnum == ENOENT || why.errnum == ECONNREFUSED ? 0 : -1;
}

/* 1 if something was read; 0 at the end; -1 with errno on failure. */
static int fill(struct qmp *qmp)
{
	ssize_t n;

	if (qmp->length == LINE_MAX_BYTES) {
		errno = EMSGSIZE;
		return -1;
	}
	n = BASE_RETRY(recv(qmp->fd, qmp->line + qmp->length, LINE_MAX_BYTES - qmp->length, 0));
	if (n <= 0)
		return (int)n;
	qmp->length += (size_t)n;
	return 1;
}

/*
 * The next line, owned by the caller; NULL if there is no whole line. A line that is not JSON
 * becomes an empty object.
 */
static json_object *next(struct qmp *qmp)
{
	char *end = memchr(qmp->line, '\n', qmp->length);
	json_object *object;
	size_t used;

	if (end == NULL)
		return NULL;
	*end = '\0';
	used = (size_t)(end - qmp->line) + 1;
	object = json_tokener_parse(qmp->line);
	qmp->length -= used;
	memmove(qmp->line, qmp->line + used, qmp->length);
	return object != NULL ? object : json_object_new_object();
}

static void look_for_end(struct qmp *qmp, json_object *object)
{
	const char *event = string_of(object, "event");

	if (event != NULL && strcmp(event, "SHUTDOWN") == 0)
		qmp->shut_down = true;
}

static void say_why_closed(const struct qmp *qmp, struct base_error *err)
{
	if (qmp->why_closed == 0)
		base_error_set(err, BASE_FAILED, "QEMU hung up on %s", qmp->path);
	else
		base_error_errno(err, qmp->why_closed, "cannot read from QEMU's QMP socket %s",
				 qmp->path);
}

/* Waits for the next line; NULL and err if none comes. */
static json_object *receive(struct qmp *qmp, struct base_error *err)
{
	int64_t until = display_clock_ms() + PATIENCE_MS;
	json_object *object;
	int r = 1;

	qmp->asking = true;
	for (object = next(qmp); object == NULL; object = next(qmp)) {
		if (qmp->closed) {
			say_why_closed(qmp, err);
			break;
		}
		if (r == 0) {
			no_answer(qmp, err);
			break;
		}
		r = display_events_wait(qmp->loop, until, err);
		if (r < 0)
			break;
	}
	qmp->asking = false;
	return object;
}

static int send_with_fd(struct qmp *qmp, const char *text, int fd, struct base_error *err)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	/* sendmsg(2) does not write to it. */
	union {
		const char *text;
		void *base;
	} command = { .text = text };
	struct iovec data = { .iov_base = command.base, .iov_len = strlen(text) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	ssize_t n;

	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	n = BASE_RETRY(sendmsg(qmp->fd, &message, MSG_NOSIGNAL));
	if (n != (ssize_t)strlen(text))
		return base_error_errno(err, n < 0 ? errno : EMSGSIZE,
					"cannot write to QEMU's QMP socket %s", qmp->path);
	return 0;
}

static int check_answer(struct qmp *qmp, json_object *answer, struct base_error *err)
{
	json_object *error = NULL;
	const char *text;

	if (!json_object_object_get_ex(answer, "error", &error))
		return 0;
	text = string_of(error, "desc");
	return base_error_set(err, BASE_FAILED, "QEMU on %s refused: %s", qmp->path,
			      text != NULL ? text : "no reason given");
}

/* Sends a command, with an fd unless it is -1, and waits for its answer. */
static int execute(struct qmp *qmp, const char *text, int fd, struct base_error *err)
{
	if (send_with_fd(qmp, text, fd, err) < 0)
		return -1;
	for (;;) {
		BASE_AUTO(json) json_object *answer = receive(qmp, err);

		if (answer == NULL)
			return -1;
		look_for_end(qmp, answer);
		if (json_object_object_get_ex(answer, "return", NULL) ||
		    json_object_object_get_ex(answer, "error", NULL))
			return check_answer(qmp, answer, err);
	}
}

static int greet(struct qmp *qmp, struct base_error *err)
{
	BASE_AUTO(json) json_object *greeting = receive(qmp, err);

	if (greeting == NULL)
		return -1;
	if (!json_object_object_get_ex(greeting, "QMP", NULL))
		return base_error_set(err, BASE_FAILED, "%s is not a QMP socket", qmp->path);
	return execute(qmp, "{\"execute\":\"qmp_capabilities\"}\n", -1, err);
}

static void name_vm(struct qmp *qmp)
{
	const char *slash = strrchr(qmp->path, '/');

	qmp->vm.name = strdup(slash != NULL ? slash + 1 : qmp->path);
}

/* The connection is closed: reports the VM's end, unless it was reported before. */
static void close_down(struct qmp *qmp, int why)
{
	bool first = !qmp->vm.gone;

	sd_event_source_set_enabled(qmp->source, SD_EVENT_OFF);
	qmp->closed = true;
	qmp->why_closed = why == ECONNRESET ? 0 : why;
	qmp->vm.gone = true;
	if (first && qmp->vm.ended != NULL)
		qmp->vm.ended(qmp->vm.ended_data,
			      qmp->shut_down ? DISPLAY_VM_STOPPED : DISPLAY_VM_FAILED);
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct qmp *qmp = data;
	json_object *object;
	int r = fill(qmp), why = r < 0 ? errno : 0;

	(void)source;
	(void)fd;
	(void)events;
	while (!qmp->asking && (object = next(qmp)) != NULL) {
		look_for_end(qmp, object);
		json_object_put(object);
	}
	if (r == 0 || (r < 0 && why != EAGAIN))
		close_down(qmp, why);
	return 0;
}

static int open_display(struct display_vm *vm, struct base_error *err)
{
	struct qmp *qmp = (struct qmp *)vm;
	BASE_AUTO(fd) int ours = -1;
	BASE_AUTO(fd) int theirs = -1;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return base_error_errno(err, errno, "cannot make a socket");
	ours = pair[0];
	theirs = pair[1];
	if (execute(qmp, "{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"vgpu-display\"}}\n",
		    theirs, err) < 0)
		return -1;
	if (execute(qmp,
		    "{\"execute\":\"add_client\",\"arguments\":"
		    "{\"protocol\":\"@dbus-display\",\"fdname\":\"vgpu-display\"}}\n",
		    -1, err) < 0)
		return base_error_wrap(err, "no D-Bus display (start QEMU with -display "
					    "dbus,p2p=yes)");
	return BASE_STEAL_FD(ours);
}

static void hang_up(struct qmp *qmp)
{
	qmp->source = sd_event_source_disable_unref(qmp->source);
	base_cleanup_fd(&qmp->fd);
	qmp->length = 0;
	qmp->shut_down = qmp->closed = false;
	qmp->why_closed = 0;
	qmp->vm.gone = true;
}

static int look(struct display_vm *vm, struct base_error *err)
{
	struct qmp *qmp = (struct qmp *)vm;
	int r;

	if (qmp->fd >= 0 && !vm->gone)
		return 1;
	hang_up(qmp);
	r = dial(qmp, err);
	if (r <= 0)
		return r;
	r = sd_event_add_io(qmp->loop->event, &qmp->source, qmp->fd, EPOLLIN, on_readable, qmp);
	if (r < 0)
		return base_error_errno(err, -r, "cannot watch QEMU");
	/* A QEMU that is ending may have accepted the connection. */
	if (greet(qmp, err) < 0)
		return qmp->closed && qmp->why_closed == 0 ? 0 : -1;
	vm->gone = false;
	return 1;
}

static void destroy(struct display_vm *vm)
{
	struct qmp *qmp = (struct qmp *)vm;

	hang_up(qmp);
	free(qmp->line);
	free(qmp->path);
	free(qmp->vm.name);
	free(qmp);
}

static const struct display_vm_ops qmp_ops = {
	.look = look,
	.open_display = open_display,
	.destroy = destroy,
};

struct display_vm *display_qmp_create(const char *path, struct display_events *loop,
				      struct base_error *err)
{
	struct qmp *qmp = calloc(1, sizeof(*qmp));

	if (qmp == NULL) {
		base_error_errno(err, ENOMEM, "cannot start");
		return NULL;
	}
	qmp->vm.ops = &qmp_ops;
	qmp->vm.lag_ms = LAG_MS;
	qmp->vm.look_ms = LOOK_MS;
	qmp->vm.peer = DISPLAY_PEER_QEMU;
	qmp->loop = loop;
	qmp->fd = -1;
	qmp->path = strdup(path);
	qmp->line = malloc(LINE_MAX_BYTES);
	if (qmp->path != NULL && qmp->line != NULL)
		name_vm(qmp);
	if (qmp->vm.name != NULL)
		return &qmp->vm;
	base_error_errno(err, ENOMEM, "cannot start");
	destroy(&qmp->vm);
	return NULL;
}
