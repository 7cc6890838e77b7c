/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <drm_fourcc.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>

#include "display/source/planes.h"

#include "display/picture/clock.h"
#include "display/picture/format.h"
#include "display/source/helper.h"
#include "vgpu/base/log.h"

#define BUFFERS	      16    /* whose dma-bufs are kept; a guest flips among 2 or 3 */
#define RETRY_MS      3000  /* between two attempts to reach a helper */
#define RETRY_MOST_MS 60000 /* the same after many failures */
#define LOOK_MS	      1000  /* between two looks for a new socket, until the next attempt */
#define ANSWER_MS     10000
#define TILE_ROWS     32 /* of the tallest tiles, Intel's Y */

struct buffer {
	uint32_t number; /* given by the helper; 0: the place is empty */
	uint64_t used;	 /* value of `planes` at the last use */
	struct display_frame frame;
};

struct display_planes {
	char domain[BASE_UUID_SIZE], vgpu[BASE_UUID_SIZE];
	struct display_mailbox *mailbox;
	bool required;
	pthread_t thread;
	bool started;
	int stop_fd;
	struct buffer buffers[BUFFERS];
	uint64_t planes;
	bool has_opened; /* a helper has opened the vGPU at least once */
	bool told;	 /* the user was told why there are no planes */
	int retry_ms;	 /* until the next attempt */
	uint64_t socket; /* display_helper_look() before the last attempt */

	pthread_mutex_t lock; /* guards the following, which several threads use */
	int fd;		      /* borrowed; -1: no helper has opened the vGPU */
	bool hidden;
	int64_t input_at; /* when the helper was last told about input; ms */
};

static void drop_buffer(struct buffer *buffer)
{
	display_frame_finish(&buffer->frame);
	buffer->number = 0;
	buffer->used = 0;
}

static void drop_buffers(struct display_planes *planes)
{
	for (int i = 0; i < BUFFERS; i++)
		drop_buffer(&planes->buffers[i]);
}

static struct buffer *find_buffer(struct display_planes *planes, uint32_t number)
{
	for (int i = 0; i < BUFFERS; i++) {
		if (planes->buffers[i].number == number)
			return &planes->buffers[i];
	}
	return NULL;
}

/* Returns an empty place; if there is none, drops the least recently used buffer. */
static struct buffer *make_room(struct display_planes *planes, int fd)
{
	struct buffer *oldest = &planes->buffers[0];

	for (int i = 1; i < BUFFERS; i++) {
		if (planes->buffers[i].used < oldest->used)
			oldest = &planes->buffers[i];
	}
	if (oldest->number != 0) {
		const struct scanout_request forget = { .kind = SCANOUT_FORGET,
							.buffer = oldest->number };

		display_helper_send(fd, &forget, NULL);
		drop_buffer(oldest);
	}
	return oldest;
}

/* Whether the picture fits in its buffer at its x and y; a tiled one needs whole tiles. */
static bool fits(const struct scanout_plane *plane)
{
	const struct display_format *format = display_format_find(plane->fourcc);
	uint64_t columns = (uint64_t)plane->x + plane->width;
	uint64_t rows = (uint64_t)plane->y + plane->height;

	if (plane->modifier != DRM_FORMAT_MOD_LINEAR && plane->y > 0)
		rows = (rows + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS;
	return format != NULL && rows > 0 && columns * format->bytes <= plane->stride &&
	       (rows - 1) * plane->stride + columns * format->bytes <= plane->size;
}

/* A picture that does not fit at its x and y is shown from the first pixel, as in QEMU. */
static void place(const struct scanout_plane *plane, struct display_frame *frame)
{
	if (fits(plane)) {
		frame->x = plane->x;
		frame->y = plane->y;
	}
	frame->width = plane->width;
	frame->height = plane->height;
	frame->backing_width = frame->x + plane->width;
	frame->backing_height = frame->y + plane->height;
}

static void describe(const struct scanout_plane *plane, int *plane_fd, struct display_frame *frame)
{
	*frame = (struct display_frame)DISPLAY_FRAME_INIT;
	frame->kind = DISPLAY_FRAME_DMABUF;
	place(plane, frame);
	frame->fourcc = plane->fourcc;
	frame->modifier = plane->modifier;
	frame->plane_count = 1;
	frame->planes[0].stride = plane->stride;
	frame->planes[0].fd = BASE_STEAL_FD(*plane_fd);
}

/* The buffer of a plane; a new one is checked. NULL and err if it cannot be shown. */
static struct buffer *get_buffer(struct display_planes *planes, int fd,
				 const struct scanout_plane *plane, int *plane_fd,
				 struct base_error *err)
{
	BASE_AUTO(display_frame) struct display_frame frame = DISPLAY_FRAME_INIT;
	struct buffer *buffer = find_buffer(planes, plane->buffer);

	if (*plane_fd < 0) {
		if (buffer == NULL)
			base_error_set(err, BASE_FAILED, "it came without its buffer");
		return buffer;
	}
	describe(plane, plane_fd, &frame);
	if (display_frame_check(&frame, err) < 0)
		return NULL;
	if (buffer != NULL)
		drop_buffer(buffer);
	else
		buffer = make_room(planes, fd);
	buffer->number = plane->buffer;
	buffer->frame = display_frame_take(&frame);
	return buffer;
}

/*
 * The mailbox gets an fd of its own, because the buffer may be dropped before the frame is
 * taken.
 */
static int put_plane(struct display_planes *planes, struct buffer *buffer,
		     const struct scanout_plane *plane, struct base_error *err)
{
	struct display_flip flip = { .number = plane->flips, .seen_ns = plane->seen_ns };
	uint64_t now = (uint64_t)display_clock_ns();
	struct display_frame frame = buffer->frame;

	frame.planes[0].fd = fcntl(buffer->frame.planes[0].fd, F_DUPFD_CLOEXEC, 3);
	if (frame.planes[0].fd < 0)
		return base_error_errno(err, errno, "cannot keep a plane's buffer");
	/* The helper is not trusted: a flip cannot have been seen in the future. */
	if (flip.seen_ns > now)
		flip.seen_ns = now;
	buffer->used = ++planes->planes;
	display_mailbox_put_plane(planes->mailbox, &frame, &flip);
	return 0;
}

/* The plane is answered at once, so that the helper can send the next one, and drawn later. */
static int handle_plane(struct display_planes *planes, int fd, const struct scanout_plane *plane,
			int *plane_fd, struct base_error *err)
{
	static const struct scanout_request taken = { .kind = SCANOUT_TAKEN };
	BASE_AUTO(base_error) struct base_error why = { 0 };
	struct buffer *buffer;

	if (display_helper_send(fd, &taken, err) < 0)
		return -1;
	if (plane->buffer == 0) {
		display_mailbox_put_no_plane(planes->mailbox, display_clock_ms() + DISPLAY_HOLD_MS);
		return 0;
	}
	buffer = get_buffer(planes, fd, plane, plane_fd, &why);
	if (buffer != NULL && put_plane(planes, buffer, plane, &why) == 0)
		return 0;
	/* The plane is not valid, but QEMU may still have a picture of its own. */
	base_debug("ignored a plane: %s", why.message);
	display_mailbox_put_no_plane(planes->mailbox, display_clock_ms() + DISPLAY_HOLD_MS);
	return 0;
}

static void send_pace(int fd, bool hidden)
{
	const struct scanout_request pace = {
		.kind = SCANOUT_PACE,
		.interval_us = hidden ? 0 : SCANOUT_INTERVAL_DEFAULT_US,
	};

	display_helper_send(fd, &pace, NULL);
}

static void set_open(struct display_planes *planes, int fd)
{
	pthread_mutex_lock(&planes->lock);
	planes->fd = fd;
	if (fd >= 0)
		send_pace(fd, planes->hidden);
	pthread_mutex_unlock(&planes->lock);
}

static int refused(struct scanout_reply *reply, struct base_error *err)
{
	reply->text[sizeof(reply->text) - 1] = '\0';
	for (char *c = reply->text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	return base_error_set(err, BASE_FAILED, "%s", reply->text);
}

/* 1 to continue, 0 when the helper has released the vGPU, -1 and err. */
static int handle_reply(struct display_planes *planes, int fd, struct scanout_reply *reply,
			int *plane_fd, struct base_error *err)
{
	switch (reply->kind) {
	case SCANOUT_OPENED:
		base_info("reading the vGPU's planes: every flip of the guest is shown");
		planes->has_opened = true;
		planes->told = false;
		planes->retry_ms = RETRY_MS;
		set_open(planes, fd);
		return 1;
	case SCANOUT_PLANE:
		return handle_plane(planes, fd, &reply->plane, plane_fd, err) < 0 ? -1 : 1;
	case SCANOUT_REFUSED:
		return refused(reply, err);
	case SCANOUT_GONE:
		/* Most likely the VM is stopping, so the next failure is not worth a message. */
		planes->told = true;
		return 0;
	default:
		return base_error_set(err, BASE_FAILED, "vgpu-scanout sent an unknown reply");
	}
}

/* True if there is something to read; false on a timeout or an order to stop. */
static bool wait_for(const struct display_planes *planes, int fd, int timeout)
{
	struct pollfd fds[] = { { .fd = planes->stop_fd, .events = POLLIN },
				{ .fd = fd, .events = POLLIN } };
	int r = BASE_RETRY(poll(fds, fd >= 0 ? 2 : 1, timeout));

	return r > 0 && fds[0].revents == 0 && fds[1].revents != 0;
}

static bool is_stopped(const struct display_planes *planes)
{
	struct pollfd stop = { .fd = planes->stop_fd, .events = POLLIN };

	return poll(&stop, 1, 0) > 0;
}

static int open_vgpu(const struct display_planes *planes, int fd, struct base_error *err)
{
	struct scanout_request request = { .kind = SCANOUT_OPEN, .version = SCANOUT_VERSION };

	memcpy(request.domain, planes->domain, sizeof(request.domain));
	memcpy(request.vgpu, planes->vgpu, sizeof(request.vgpu));
	if (display_helper_send(fd, &request, err) < 0)
		return -1;
	/* An order to stop is not an error. */
	if (!wait_for(planes, fd, ANSWER_MS) && !is_stopped(planes))
		return base_error_set(err, BASE_FAILED, "vgpu-scanout does not answer");
	return 0;
}

/* A helper that hangs up without a reply was killed, or refused the connection. */
static int hung_up(const struct display_helper *helper, struct base_error *err)
{
	if (helper->child != 0)
		return base_error_set(err, BASE_FAILED,
				      "vgpu-scanout ended without giving a reason");
	return base_error_set(err, BASE_FAILED,
			      "vgpu-scanout hung up without giving a reason, its log says why: "
			      "journalctl -u 'vgpu-scanout@*'");
}

/* Runs until the helper releases the vGPU or it must stop: 0; -1 and err for any other end. */
static int serve(struct display_planes *planes, const struct display_helper *helper,
		 struct base_error *err)
{
	struct scanout_reply reply;
	int r = 1;

	while (r > 0 && wait_for(planes, helper->fd, -1)) {
		BASE_AUTO(fd) int plane_fd = -1;

		r = display_helper_receive(helper->fd, &reply, &plane_fd, err);
		if (r == 0)
			return hung_up(helper, err);
		if (r > 0)
			r = handle_reply(planes, helper->fd, &reply, &plane_fd, err);
	}
	return r < 0 ? -1 : 0;
}

/* On failure of the viewer's own helper, err also says how to get systemd's. */
static int follow(struct display_planes *planes, struct base_error *err)
{
	BASE_AUTO(display_helper) struct display_helper helper = DISPLAY_HELPER_INIT;
	BASE_AUTO(base_error) struct base_error why = { 0 };
	int result;

	planes->socket = display_helper_look();
	if (display_helper_connect(&helper, err) < 0)
		return -1;
	result = open_vgpu(planes, helper.fd, &why);
	if (result == 0)
		result = serve(planes, &helper, &why);
	set_open(planes, -1);
	drop_buffers(planes);
	/* Who stops us shows something else next: QEMU's picture must not come in between. */
	if (!is_stopped(planes))
		display_mailbox_put_no_plane(planes->mailbox, display_clock_ms());
	if (result < 0)
		base_error_set(err, BASE_FAILED, "%s%s", why.message, helper.advice);
	return result;
}

/*
 * If the user wants only planes and there never were any, the viewer ends. Once there were
 * planes, the viewer ends only when the VM does, which QEMU's source reports.
 */
static void tell(struct display_planes *planes, struct base_error *why)
{
	if (planes->required && !planes->has_opened) {
		display_mailbox_put_end(planes->mailbox, why);
		return;
	}
	base_log(planes->told ? BASE_LOG_DEBUG : BASE_LOG_INFO,
		 "showing the pictures from QEMU, at most about 31 a second: %s", why->message);
	planes->told = true;
}

/* Retries happen less and less often, but soon if the helper's socket has changed. */
static void wait_to_retry(struct display_planes *planes)
{
	int64_t at = display_clock_ms() + planes->retry_ms;
	int64_t left;

	planes->retry_ms *= 2;
	if (planes->retry_ms > RETRY_MOST_MS)
		planes->retry_ms = RETRY_MOST_MS;
	while (!is_stopped(planes) && (left = at - display_clock_ms()) > 0) {
		if (display_helper_look() != planes->socket) {
			planes->retry_ms = RETRY_MS;
			return;
		}
		wait_for(planes, -1, left < LOOK_MS ? (int)left : LOOK_MS);
	}
}

static void *run(void *data)
{
	struct display_planes *planes = data;

	do {
		BASE_AUTO(base_error) struct base_error why = { 0 };

		if (follow(planes, &why) < 0)
			tell(planes, &why);
		wait_to_retry(planes);
	} while (!is_stopped(planes));
	return NULL;
}

int display_planes_start(struct display_planes *planes, struct base_error *err)
{
	int r = pthread_create(&planes->thread, NULL, run, planes);

	if (r != 0)
		return base_error_errno(err, r, "cannot start a thread");
	planes->started = true;
	return 0;
}

void display_planes_set_hidden(struct display_planes *planes, bool hidden)
{
	pthread_mutex_lock(&planes->lock);
	if (planes->hidden != hidden && planes->fd >= 0)
		send_pace(planes->fd, hidden);
	planes->hidden = hidden;
	pthread_mutex_unlock(&planes->lock);
}

void display_planes_note_input(struct display_planes *planes)
{
	static const struct scanout_request input = { .kind = SCANOUT_INPUT };
	int64_t now = display_clock_ms();

	pthread_mutex_lock(&planes->lock);
	if (planes->fd >= 0 && !planes->hidden &&
	    now - planes->input_at >= DISPLAY_PLANES_INPUT_MS) {
		display_helper_send(planes->fd, &input, NULL);
		planes->input_at = now;
	}
	pthread_mutex_unlock(&planes->lock);
}

void display_planes_destroy(struct display_planes *planes)
{
	if (planes == NULL)
		return;
	if (planes->started) {
		eventfd_write(planes->stop_fd, 1);
		pthread_join(planes->thread, NULL);
	}
	base_cleanup_fd(&planes->stop_fd);
	pthread_mutex_destroy(&planes->lock);
	free(planes);
}

struct display_planes *display_planes_create(const struct display_vm *vm,
					     struct display_mailbox *mailbox, bool required,
					     struct base_error *err)
{
	struct display_planes *planes;

	if (vm->vgpu[0] == '\0') {
		base_error_set(err, BASE_FAILED, "'%s' has no vGPU with a display that can be read",
			       vm->name);
		return NULL;
	}
	planes = calloc(1, sizeof(*planes));
	if (planes == NULL) {
		base_error_errno(err, ENOMEM, "cannot start");
		return NULL;
	}
	*planes = (struct display_planes){
		.mailbox = mailbox, .required = required, .retry_ms = RETRY_MS, .fd = -1
	};
	memcpy(planes->domain, vm->domain_uuid, sizeof(planes->domain));
	memcpy(planes->vgpu, vm->vgpu, sizeof(planes->vgpu));
	for (int i = 0; i < BUFFERS; i++)
		planes->buffers[i].frame = (struct display_frame)DISPLAY_FRAME_INIT;
	pthread_mutex_init(&planes->lock, NULL);
	planes->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (planes->stop_fd < 0) {
		base_error_errno(err, errno, "cannot make an eventfd");
		display_planes_destroy(planes);
		return NULL;
	}
	return planes;
}
