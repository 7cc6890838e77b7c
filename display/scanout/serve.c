/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/serve.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "display/scanout/buffers.h"
#include "display/scanout/channel.h"
#include "display/scanout/device.h"
#include "display/scanout/filter.h"
#include "display/scanout/pace.h"
#include "vgpu/base/log.h"

#define MS	   UINT64_C(1000000)
#define PATIENCE_S 10 /* of the watchdog */
#define MOST_TRIES 4  /* to get a dma-buf of the buffer before the guest flips again */
#define DRAINED	   16 /* requests that may be waiting when the connection ends */
#define NEAR_MS	   20 /* a check that is due so soon is made now, to save a wake-up */

struct serve {
	struct scanout_channel channel;
	struct scanout_device device;
	struct scanout_buffers buffers;
	struct scanout_pace pace;
	uint64_t look_at, check_at; /* deadlines */
	uint64_t slack;		    /* of this thread's timers, as last set */

	struct scanout_view view; /* the newest */
	int fd;			  /* owned; its dma-buf, if the viewer does not have it */
	uint64_t bytes;		  /* size of that dma-buf */
	uint64_t flips, seen;
	bool is_new;	/* view has not been sent yet */
	bool is_lost;	/* the viewer dropped the buffer of view */
	bool under_way; /* a plane was sent, and TAKEN has not come */
	bool warned;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* --- what is shown --------------------------------------------------------- */

/*
 * Makes sure that the viewer has the buffer of a view, or gets a dma-buf of it. Between the
 * query and the get an id may be given to another buffer, but not while a dma-buf of it
 * exists. So what the next query says about that id is true for this dma-buf. False if the
 * view changes too fast; an older view that has not been sent then stays, with its dma-buf.
 */
static bool settle(struct serve *serve, struct scanout_view *view)
{
	for (int i = 0; i < MOST_TRIES; i++) {
		BASE_AUTO(fd) int fd = -1;
		uint32_t id = view->id;
		off_t bytes;

		if (scanout_view_is_empty(view) ||
		    scanout_buffers_find(&serve->buffers, view) != NULL) {
			base_cleanup_fd(&serve->fd);
			return true;
		}
		fd = scanout_plane_get(serve->device.fd, id);
		bytes = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
		scanout_plane_query(serve->device.fd, view);
		if (bytes >= 0 && !scanout_view_is_empty(view) && view->id == id) {
			serve->bytes = (uint64_t)bytes;
			base_cleanup_fd(&serve->fd);
			serve->fd = BASE_STEAL_FD(fd);
			return true;
		}
	}
	return false;
}

static void look(struct serve *serve, uint64_t now)
{
	struct scanout_view view;
	bool same;

	scanout_plane_query(serve->device.fd, &view);
	same = serve->flips > 0 && scanout_view_same(&view, &serve->view);
	if (same && !serve->is_lost)
		return;
	if (!settle(serve, &view))
		return;
	serve->view = view;
	serve->is_new = true;
	serve->is_lost = false;
	if (same)
		return;
	scanout_pace_note_flip(&serve->pace, now);
	serve->seen = now;
	serve->flips++;
}

/* The guest may have written nonsense. Such a view is treated as no picture. */
static bool judge(struct serve *serve, struct scanout_view *good)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	*good = serve->view;
	if (scanout_view_check(good, serve->bytes, &why) == 0)
		return true;
	if (!serve->warned)
		base_warning("the guest's picture is not shown: %s", why.message);
	serve->warned = true;
	return false;
}

/* The buffer to show; NULL: none. *fd is borrowed; -1 if the viewer has the buffer already. */
static const struct scanout_buffer *choose(struct serve *serve, int *fd)
{
	const struct scanout_buffer *buffer = scanout_buffers_find(&serve->buffers, &serve->view);
	struct scanout_view good;

	*fd = -1;
	if (buffer != NULL || serve->fd < 0 || !judge(serve, &good))
		return buffer;
	*fd = serve->fd;
	return scanout_buffers_add(&serve->buffers, &serve->view, &good, serve->bytes);
}

static int send_plane(struct serve *serve)
{
	struct scanout_reply reply;
	const struct scanout_buffer *buffer;
	int fd, status;

	memset(&reply, 0, sizeof(reply));
	buffer = choose(serve, &fd);
	reply.kind = SCANOUT_PLANE;
	if (buffer != NULL)
		reply.plane = (struct scanout_plane){
			.buffer = buffer->number,
			.fourcc = buffer->good.fourcc,
			.modifier = buffer->good.modifier,
			.width = buffer->good.width,
			.height = buffer->good.height,
			.stride = buffer->good.stride,
			.x = buffer->good.x,
			.y = buffer->good.y,
			.size = buffer->bytes,
		};
	reply.plane.flips = serve->flips;
	reply.plane.seen_ns = serve->seen;
	status = scanout_channel_send(&serve->channel, &reply, fd);
	base_cleanup_fd(&serve->fd);
	serve->is_new = false;
	serve->under_way = true;
	return status;
}

/* --- requests -------------------------------------------------------------- */

static int lied(struct base_error *err, const char *what)
{
	return base_error_set(err, BASE_FAILED, "the viewer %s", what);
}

static int take(struct serve *serve, uint64_t now, struct base_error *err)
{
	if (!serve->under_way)
		return lied(err, "acknowledged a plane that was not sent");
	serve->under_way = false;
	/* The plane that is sent next must be the newest. */
	if (serve->is_new && serve->pace.interval_us != 0)
		serve->look_at = now;
	return 0;
}

/*
 * If the viewer drops the buffer that is on the screen, it is sent again with its fd and a new
 * number: a plane without an fd may be under way to a viewer that has just dropped the buffer.
 */
static int forget(struct serve *serve, uint32_t number, uint64_t now, struct base_error *err)
{
	const struct scanout_buffer *shown = scanout_buffers_find(&serve->buffers, &serve->view);
	bool is_shown = shown != NULL && shown->number == number;

	if (!scanout_buffers_forget(&serve->buffers, number))
		return lied(err, "dropped a buffer that it was not given");
	if (!is_shown)
		return 0;
	serve->is_new = false;
	serve->is_lost = true;
	if (serve->pace.interval_us != 0)
		serve->look_at = now;
	return 0;
}

static int obey(struct serve *serve, const struct scanout_request *request, uint64_t now,
		struct base_error *err)
{
	switch (request->kind) {
	case SCANOUT_TAKEN:
		return take(serve, now, err);
	case SCANOUT_PACE:
		if (!scanout_pace_set(&serve->pace, request->interval_us, now))
			return lied(err, "asked for an interval that is out of range");
		serve->look_at = request->interval_us != 0 ? now : SCANOUT_NEVER;
		return 0;
	case SCANOUT_FORGET:
		return forget(serve, request->buffer, now, err);
	case SCANOUT_INPUT:
		if (scanout_pace_note_input(&serve->pace, now))
			serve->look_at = now;
		return 0;
	default:
		return lied(err, "sent OPEN twice");
	}
}

/* Handles all waiting requests; -1 and err if the viewer is gone or broke the protocol. */
static int read_requests(struct serve *serve, uint64_t now, struct base_error *err)
{
	struct scanout_request request;

	for (;;) {
		switch (scanout_channel_receive(&serve->channel, &request, err)) {
		case SCANOUT_RECEIVED:
			if (obey(serve, &request, now, err) < 0)
				return -1;
			break;
		case SCANOUT_NOTHING:
			return 0;
		case SCANOUT_CLOSED:
			return base_error_set(err, BASE_FAILED, "the viewer is gone");
		case SCANOUT_LIED:
			return -1;
		}
	}
}

/* --- the loop -------------------------------------------------------------- */

/* By default the kernel adds 50 microseconds to each wait; prctl(2). */
static void set_slack(struct serve *serve, uint64_t slack)
{
	if (slack == serve->slack)
		return;
	(void)prctl(PR_SET_TIMERSLACK, (unsigned long)slack, 0, 0, 0);
	serve->slack = slack;
}

/*
 * Waits until the next look, the next check, or something that cannot wait for these. Most
 * requests can wait: they are read when the look is due, so that neither a TAKEN nor a viewer
 * that floods wakes this process while looks are frequent. If the viewer hangs up, that is
 * noticed at once.
 */
static void await_next(struct serve *serve, bool *has_requests, bool *has_ended)
{
	uint64_t now = now_ns();
	bool listens = (serve->is_new && serve->under_way) ||
		       scanout_pace_heeds_input(&serve->pace, serve->look_at, now);
	uint64_t at = serve->look_at < serve->check_at ? serve->look_at : serve->check_at;
	uint64_t left = at > now ? at - now : 0;
	struct timespec timeout = { .tv_sec = (time_t)(left / 1000000000u),
				    .tv_nsec = (long)(left % 1000000000u) };
	struct pollfd fds[] = {
		{ .fd = serve->channel.fd, .events = listens ? POLLIN : 0 },
		{ .fd = serve->device.pidfd, .events = POLLIN },
	};

	set_slack(serve, scanout_pace_slack(&serve->pace));
	*has_requests = !listens;
	*has_ended = false;
	if (ppoll(fds, 2, &timeout, NULL) < 0)
		return;
	*has_requests |= fds[0].revents != 0;
	*has_ended = fds[1].revents != 0;
}

/* Checks now and then whether QEMU still has the vGPU, and resets the watchdog. */
static bool is_held(struct serve *serve, uint64_t now)
{
	if (now + NEAR_MS * MS < serve->check_at)
		return true;
	alarm(PATIENCE_S);
	serve->check_at = now + SCANOUT_HELD_MS * MS;
	return scanout_device_is_held(&serve->device);
}

/* If a socket is closed with unread requests, its peer may lose the last reply. */
static void drain(struct scanout_channel *channel)
{
	struct scanout_request request;

	for (int i = 0; i < DRAINED; i++) {
		if (scanout_channel_receive(channel, &request, NULL) != SCANOUT_RECEIVED)
			return;
	}
}

static int gone(struct serve *serve, const char *why, struct base_error *err)
{
	drain(&serve->channel);
	scanout_channel_tell(&serve->channel, SCANOUT_GONE, why);
	return base_error_set(err, BASE_FAILED, "%s", why);
}

/* Waits and does what is due; -1 and err at the end. */
static int turn(struct serve *serve, struct base_error *err)
{
	bool has_requests, has_ended;
	uint64_t now;

	await_next(serve, &has_requests, &has_ended);
	now = now_ns();
	if (has_ended)
		return gone(serve, "the VM ended", err);
	if (!is_held(serve, now))
		return gone(serve, "the VM released the vGPU", err);
	if (has_requests && read_requests(serve, now, err) < 0)
		return -1;
	if (now >= serve->look_at) {
		look(serve, now);
		serve->look_at = scanout_pace_next(&serve->pace, serve->look_at, now);
	}
	if (serve->is_new && !serve->under_way && send_plane(serve) < 0)
		return base_error_errno(err, errno, "cannot send a plane to the viewer");
	return 0;
}

/* --- the beginning --------------------------------------------------------- */

/* 0; 1 if the viewer hung up before it sent anything; -1 and err. */
static int read_open(struct scanout_channel *channel, struct scanout_request *request,
		     struct base_error *err)
{
	struct pollfd fd = { .fd = channel->fd, .events = POLLIN };

	if (BASE_RETRY(poll(&fd, 1, SCANOUT_OPEN_MS)) <= 0)
		return base_error_set(err, BASE_FAILED, "the viewer did not say what to open");
	switch (scanout_channel_receive(channel, request, err)) {
	case SCANOUT_RECEIVED:
		return scanout_request_check_open(request, err);
	case SCANOUT_LIED:
		return -1;
	default:
		return 1;
	}
}

static void refuse(struct scanout_channel *channel, const struct scanout_caller *caller,
		   const struct base_error *why)
{
	const char *text = why->message != NULL ? why->message : "out of memory";

	base_info("refused user %u: %s", caller->uid, text);
	drain(channel);
	scanout_channel_tell(channel, SCANOUT_REFUSED, text);
}

static int open_vgpu(struct serve *serve, const struct scanout_caller *caller,
		     struct base_error *err)
{
	struct scanout_request request;
	int status = read_open(&serve->channel, &request, err);

	if (status != 0)
		return status;
	if (scanout_device_open(&serve->device, caller, request.domain, request.vgpu, err) < 0 ||
	    scanout_plane_probe(serve->device.fd, err) < 0)
		return -1;
	base_info("user %u looks at the vGPU %s of the domain %s", caller->uid, request.vgpu,
		  request.domain);
	return 0;
}

static void finish(struct serve *serve)
{
	base_cleanup_fd(&serve->fd);
	scanout_device_close(&serve->device);
}

BASE_DEFINE_CLEANUP(serve, struct serve, finish)

int scanout_serve(int socket, const struct scanout_caller *caller, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	BASE_AUTO(serve)
	struct serve serve = {
		.channel = { .fd = socket },
		.device = SCANOUT_DEVICE_CLOSED,
		.fd = -1,
	};
	int status;

	alarm(PATIENCE_S);
	status = open_vgpu(&serve, caller, &why);
	if (status != 0) {
		if (status < 0)
			refuse(&serve.channel, caller, &why);
		return 0;
	}
	if (scanout_filter_close(&serve.device, socket, err) < 0) {
		scanout_channel_tell(&serve.channel, SCANOUT_REFUSED, "vgpu-scanout failed");
		return -1;
	}
	scanout_channel_tell(&serve.channel, SCANOUT_OPENED, "");
	scanout_pace_set(&serve.pace, SCANOUT_INTERVAL_DEFAULT_US, now_ns());
	while (turn(&serve, &why) == 0)
		;
	base_info("ended after %ju flips: %s", (uintmax_t)serve.flips, why.message);
	return 0;
}
