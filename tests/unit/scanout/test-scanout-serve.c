/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <drm_fourcc.h>

#include "display/scanout/device.h"
#include "display/scanout/filter.h"
#include "display/scanout/serve.h"

#define UUID	 "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define WIDTH	 64u
#define HEIGHT	 48u
#define STRIDE	 (WIDTH * 4)
#define QUIET_MS 50
#define SOON_MS	 5000

/* A vGPU in place of the kernel's; what the device's ioctl(2) tells. */
static struct {
	pthread_mutex_t lock;
	struct vfio_device_gfx_plane_info plane;
	int query_errno;
	int queries, waits;
	int gets, gone;	    /* GETs; those that are to fail yet as the buffer is gone */
	uint32_t id_at_get; /* the plane's id from the next GET on; 0: as it is */
	int device;	    /* -1: not open */
	int end;	    /* the pipe whose closing is QEMU's end */
	bool is_held;
} fake = { .lock = PTHREAD_MUTEX_INITIALIZER, .device = -1, .end = -1 };

static int answer_query(struct vfio_device_gfx_plane_info *info)
{
	if (info->flags != VFIO_GFX_PLANE_TYPE_DMABUF || info->drm_plane_type != 1)
		return info->flags == (VFIO_GFX_PLANE_TYPE_DMABUF | VFIO_GFX_PLANE_TYPE_PROBE)
			       ? 0
			       : EINVAL;
	if (fake.query_errno == 0 && fake.plane.width != 0) {
		fake.plane.flags = info->flags;
		fake.plane.drm_plane_type = info->drm_plane_type;
		*info = fake.plane;
	}
	return fake.query_errno;
}

static int make_dmabuf(void)
{
	int fd = memfd_create("dmabuf", MFD_CLOEXEC);

	return fd >= 0 && ftruncate(fd, (off_t)STRIDE * HEIGHT) == 0 ? fd : -1;
}

static int answer_get(uint32_t id)
{
	fake.gets++;
	if (fake.gone > 0) {
		fake.gone--;
		errno = EINVAL;
		return -1;
	}
	if (id != fake.plane.dmabuf_id) {
		errno = EINVAL;
		return -1;
	}
	if (fake.id_at_get != 0)
		fake.plane.dmabuf_id = fake.id_at_get;
	fake.id_at_get = 0;
	return make_dmabuf();
}

/* In place of the C library's. */
int ioctl(int fd, unsigned long request, ...)
{
	int result = -1;
	va_list args;
	void *data;

	va_start(args, request);
	data = va_arg(args, void *);
	va_end(args);
	errno = ENOTTY;
	pthread_mutex_lock(&fake.lock);
	if (fd == fake.device && request == VFIO_DEVICE_QUERY_GFX_PLANE) {
		fake.queries++;
		errno = answer_query(data);
		result = errno == 0 ? 0 : -1;
	} else if (fd == fake.device && request == VFIO_DEVICE_GET_GFX_DMABUF) {
		result = answer_get(*(uint32_t *)data);
	}
	pthread_mutex_unlock(&fake.lock);
	return result;
}

/* In place of the C library's. */
int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	struct timespec left = *timeout;

	(void)mask;
	pthread_mutex_lock(&fake.lock);
	fake.waits++;
	pthread_mutex_unlock(&fake.lock);
	return (int)syscall(SYS_ppoll, fds, count, &left, NULL, 0);
}

int scanout_device_open(struct scanout_device *device, const struct scanout_caller *caller,
			const char domain[BASE_UUID_SIZE], const char vgpu[BASE_UUID_SIZE],
			struct base_error *err)
{
	int pair[2];

	(void)caller;
	(void)domain;
	(void)vgpu;
	if (pipe2(pair, O_CLOEXEC) < 0)
		return base_error_errno(err, errno, "pipe");
	pthread_mutex_lock(&fake.lock);
	fake.end = pair[1];
	fake.device = open("/dev/null", O_RDWR | O_CLOEXEC);
	*device = (struct scanout_device){ .fd = fake.device, .pidfd = pair[0] };
	pthread_mutex_unlock(&fake.lock);
	return 0;
}

bool scanout_device_is_held(const struct scanout_device *device)
{
	bool is_held;

	(void)device;
	pthread_mutex_lock(&fake.lock);
	is_held = fake.is_held;
	pthread_mutex_unlock(&fake.lock);
	return is_held;
}

void scanout_device_close(struct scanout_device *device)
{
	pthread_mutex_lock(&fake.lock);
	fake.device = -1;
	base_cleanup_fd(&device->fd);
	base_cleanup_fd(&device->pidfd);
	pthread_mutex_unlock(&fake.lock);
}

int scanout_filter_close(const struct scanout_device *device, int socket, struct base_error *err)
{
	(void)device;
	(void)socket;
	(void)err;
	return 0;
}

/* --- the viewer's side ----------------------------------------------------- */

static int viewer = -1, helper = -1;
static pthread_t thread;

static void *serve(void *data)
{
	const struct scanout_caller caller = { .uid = 1000 };

	(void)data;
	scanout_serve(helper, &caller, NULL);
	base_cleanup_fd(&helper);
	return NULL;
}

/* Shows a buffer; 0: none. */
static void show(uint32_t id)
{
	pthread_mutex_lock(&fake.lock);
	fake.plane = (struct vfio_device_gfx_plane_info){
		.argsz = sizeof(fake.plane),
		.drm_format = DRM_FORMAT_XRGB8888,
		.width = id != 0 ? WIDTH : 0,
		.height = HEIGHT,
		.stride = STRIDE,
		.size = STRIDE * HEIGHT,
		.dmabuf_id = id,
	};
	pthread_mutex_unlock(&fake.lock);
}

static void ask(uint32_t kind, uint32_t number)
{
	struct scanout_request request = { .kind = kind,
					   .version = SCANOUT_VERSION,
					   .interval_us = number,
					   .buffer = number,
					   .domain = UUID,
					   .vgpu = UUID };

	assert_int_equal(send(viewer, &request, sizeof(request), MSG_NOSIGNAL), sizeof(request));
}

/* The next reply within that time: its kind, 0 at the end, -1 if there is none. */
static int hear(struct scanout_reply *reply, bool *has_file, int timeout)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { reply, sizeof(*reply) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct pollfd poller = { .fd = viewer, .events = POLLIN };
	const struct cmsghdr *header;
	ssize_t length;
	int fd;

	memset(reply, 0, sizeof(*reply));
	if (poll(&poller, 1, timeout) == 0)
		return -1;
	length = recvmsg(viewer, &message, MSG_CMSG_CLOEXEC);
	if (length <= 0)
		return 0;
	assert_int_equal(length, sizeof(*reply));
	header = CMSG_FIRSTHDR(&message);
	*has_file = header != NULL;
	if (header != NULL) {
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
		close(fd);
	}
	return (int)reply->kind;
}

/* The next plane must be of that buffer, with or without its file. */
static void expect_plane(uint32_t buffer, bool with_file)
{
	struct scanout_reply reply;
	bool has_file = false;

	assert_int_equal(hear(&reply, &has_file, SOON_MS), SCANOUT_PLANE);
	assert_int_equal(reply.plane.buffer, buffer);
	assert_int_equal(has_file, with_file);
	if (buffer == 0)
		return;
	assert_int_equal(reply.plane.width, WIDTH);
	assert_int_equal(reply.plane.size, STRIDE * HEIGHT);
}

static void expect_quiet(void)
{
	struct scanout_reply reply;
	bool has_file;

	assert_int_equal(hear(&reply, &has_file, QUIET_MS), -1);
}

/* Planes that are on their way may come before. */
static void expect_end(int kind)
{
	struct scanout_reply reply;
	bool has_file;
	int heard;

	while ((heard = hear(&reply, &has_file, SOON_MS)) == SCANOUT_PLANE)
		;
	assert_int_equal(heard, kind);
	if (kind != 0)
		assert_int_equal(hear(&reply, &has_file, SOON_MS), 0);
}

static void flip(uint32_t id, uint32_t buffer, bool with_file)
{
	show(id);
	expect_plane(buffer, with_file);
	ask(SCANOUT_TAKEN, 0);
}

/* Open, with a first buffer 1 (id 11) that was taken. */
static int set_up(void **state)
{
	struct scanout_reply reply;
	bool has_file;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	viewer = pair[0];
	helper = pair[1];
	fake.query_errno = fake.gets = fake.gone = 0;
	fake.id_at_get = 0;
	fake.is_held = true;
	show(11);
	assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);
	ask(SCANOUT_OPEN, 0);
	assert_int_equal(hear(&reply, &has_file, SOON_MS), SCANOUT_OPENED);
	expect_plane(1, true);
	ask(SCANOUT_TAKEN, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	base_cleanup_fd(&viewer);
	pthread_join(thread, NULL);
	base_cleanup_fd(&fake.end);
	return 0;
}

/* --- tests ----------------------------------------------------------------- */

static void each_buffer_comes_with_its_file_once(void **state)
{
	(void)state;
	expect_quiet();
	flip(12, 2, true);
	flip(11, 1, false);
	flip(12, 2, false);
	flip(13, 3, true);
	assert_int_equal(fake.gets, 3);
}

static void the_newest_follows_when_one_was_taken(void **state)
{
	(void)state;
	show(12);
	expect_plane(2, true);
	for (uint32_t id = 13; id < 17; id++) {
		show(id);
		expect_quiet();
	}
	ask(SCANOUT_TAKEN, 0);
	expect_plane(3, true);
	ask(SCANOUT_TAKEN, 0);
	expect_quiet();
	/* what was passed over was never the viewer's */
	flip(13, 4, true);
}

static void no_picture_is_told(void **state)
{
	(void)state;
	flip(0, 0, false);
	flip(11, 1, false);
	pthread_mutex_lock(&fake.lock);
	fake.query_errno = EFAULT;
	pthread_mutex_unlock(&fake.lock);
	expect_plane(0, false);
	ask(SCANOUT_TAKEN, 0);
	pthread_mutex_lock(&fake.lock);
	fake.query_errno = 0;
	pthread_mutex_unlock(&fake.lock);
	expect_plane(1, false);
}

static void a_picture_that_makes_no_sense_is_none(void **state)
{
	(void)state;
	show(12);
	pthread_mutex_lock(&fake.lock);
	fake.plane.dmabuf_id = 13;
	fake.plane.height = 70000;
	pthread_mutex_unlock(&fake.lock);
	do {
		struct scanout_reply reply;
		bool has_file;

		assert_int_equal(hear(&reply, &has_file, SOON_MS), SCANOUT_PLANE);
		ask(SCANOUT_TAKEN, 0);
		if (reply.plane.buffer == 0)
			break;
		assert_int_equal(reply.plane.height, HEIGHT);
	} while (true);
	expect_quiet();
}

static void a_buffer_that_is_gone_is_asked_for_again(void **state)
{
	(void)state;
	pthread_mutex_lock(&fake.lock);
	fake.gone = 30;
	pthread_mutex_unlock(&fake.lock);
	flip(12, 2, true);
	assert_int_equal(fake.gone, 0);
}

/* Until the device was asked for a buffer so often, and what came of it is known. */
static void expect_gets(int count)
{
	for (int i = 0; i < SOON_MS; i++) {
		int gets;

		pthread_mutex_lock(&fake.lock);
		gets = fake.gets;
		pthread_mutex_unlock(&fake.lock);
		if (gets >= count)
			break;
		usleep(1000);
	}
	expect_quiet();
}

/* The newest that could be had is sent, not nothing. */
static void what_cannot_be_fetched_leaves_what_was(void **state)
{
	(void)state;
	show(12);
	expect_plane(2, true);
	show(13);
	expect_gets(3);
	pthread_mutex_lock(&fake.lock);
	fake.gone = 1000000;
	pthread_mutex_unlock(&fake.lock);
	show(14);
	expect_gets(4);
	ask(SCANOUT_TAKEN, 0);
	expect_plane(3, true);
	ask(SCANOUT_TAKEN, 0);
	pthread_mutex_lock(&fake.lock);
	fake.gone = 0;
	pthread_mutex_unlock(&fake.lock);
	expect_plane(4, true);
	ask(SCANOUT_TAKEN, 0);
	flip(13, 3, false);
}

/* The dma-buf of 12 is thrown away: the plane is 13's by then. */
static void what_changes_while_it_is_fetched_is_fetched_anew(void **state)
{
	(void)state;
	pthread_mutex_lock(&fake.lock);
	fake.id_at_get = 13;
	pthread_mutex_unlock(&fake.lock);
	flip(12, 2, true);
	assert_int_equal(fake.gets, 3);
	flip(11, 1, false);
	flip(13, 2, false);
}

static void what_is_forgotten_comes_with_its_file_again(void **state)
{
	(void)state;
	flip(12, 2, true);
	ask(SCANOUT_FORGET, 1);
	expect_quiet();
	flip(11, 3, true);
	ask(SCANOUT_FORGET, 1);
	expect_quiet();
}

static void what_is_shown_and_forgotten_comes_at_once(void **state)
{
	(void)state;
	ask(SCANOUT_FORGET, 1);
	expect_plane(2, true);
	/* also when it crossed */
	ask(SCANOUT_FORGET, 2);
	ask(SCANOUT_TAKEN, 0);
	expect_plane(3, true);
}

static void a_viewer_that_does_not_look_is_told_nothing(void **state)
{
	(void)state;
	ask(SCANOUT_PACE, 0);
	expect_quiet();
	show(12);
	expect_quiet();
	ask(SCANOUT_PACE, SCANOUT_INTERVAL_MIN_US);
	expect_plane(2, true);
}

static void qemus_end_is_told(void **state)
{
	(void)state;
	base_cleanup_fd(&fake.end);
	expect_end(SCANOUT_GONE);
}

static void a_vgpu_that_is_unplugged_is_let_go(void **state)
{
	(void)state;
	ask(SCANOUT_PACE, 0);
	pthread_mutex_lock(&fake.lock);
	fake.is_held = false;
	pthread_mutex_unlock(&fake.lock);
	expect_end(SCANOUT_GONE);
	pthread_mutex_lock(&fake.lock);
	assert_int_equal(fake.device, -1);
	pthread_mutex_unlock(&fake.lock);
}

static void a_viewer_that_lies_is_left(void **state)
{
	static const struct {
		uint32_t kind, number;
	} lies[] = {
		{ SCANOUT_OPEN, 0 },
		{ SCANOUT_TAKEN, 0 },
		{ SCANOUT_PACE, 1 },
		{ SCANOUT_FORGET, 0 },
		{ SCANOUT_FORGET, 2 },
		{ 0, 0 },
		{ 6, 0 },
		{ UINT32_MAX, 0 },
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		expect_quiet();
		ask(lies[i].kind, lies[i].number);
		expect_end(0);
		tear_down(state);
		set_up(state);
	}
}

static void a_viewer_that_floods_is_left(void **state)
{
	static const uint32_t kinds[] = { SCANOUT_PACE, SCANOUT_INPUT };

	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		struct scanout_request request = { .kind = kinds[kind],
						   .interval_us = SCANOUT_INTERVAL_DEFAULT_US };
		int i = 0;

		while (i < 100000 && send(viewer, &request, sizeof(request), MSG_NOSIGNAL) > 0)
			i++;
		assert_true(i < 100000);
		tear_down(state);
		set_up(state);
	}
}

/* In that time, which no busy machine makes them more of. */
static int count_looks(int ms)
{
	int before, after;

	pthread_mutex_lock(&fake.lock);
	before = fake.queries;
	pthread_mutex_unlock(&fake.lock);
	usleep((useconds_t)ms * 1000);
	pthread_mutex_lock(&fake.lock);
	after = fake.queries;
	pthread_mutex_unlock(&fake.lock);
	return after - before;
}

static void a_guest_that_stands_still_is_looked_at_seldom_until_it_stirs(void **state)
{
	(void)state;
	for (int is_input = 0; is_input < 2; is_input++) {
		usleep(2700 * 1000);
		assert_in_range(count_looks(500), 1, 500 / 16 + 1);
		if (is_input)
			ask(SCANOUT_INPUT, 0);
		else
			flip(12, 2, true);
		assert_in_range(count_looks(200), 2 * 200 / 16, 2 * 200 + 2);
	}
}

/* They are read when a look is due, which each of them would otherwise wake for. */
static void requests_wake_nobody_where_looks_are_frequent(void **state)
{
	int looks, waits;

	(void)state;
	ask(SCANOUT_INPUT, 0);
	usleep(20000);
	pthread_mutex_lock(&fake.lock);
	looks = fake.queries;
	waits = fake.waits;
	pthread_mutex_unlock(&fake.lock);
	for (int i = 0; i < 1000; i++) {
		ask(SCANOUT_INPUT, 0);
		usleep(100);
	}
	pthread_mutex_lock(&fake.lock);
	looks = fake.queries - looks;
	waits = fake.waits - waits;
	pthread_mutex_unlock(&fake.lock);
	assert_in_range(looks, 1, 1000);
	assert_in_range(waits, looks, looks + 20);
}

static void where_there_are_none_they_are_heard_at_once(void **state)
{
	int64_t soonest = INT64_MAX, ms;
	struct timespec began, now;

	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		ask(SCANOUT_PACE, 0);
		expect_quiet();
		show(100 + i);
		clock_gettime(CLOCK_MONOTONIC, &began);
		ask(SCANOUT_PACE, SCANOUT_INTERVAL_DEFAULT_US);
		expect_plane(2 + i, true);
		clock_gettime(CLOCK_MONOTONIC, &now);
		ask(SCANOUT_TAKEN, 0);
		ms = (now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000;
		if (ms < soonest)
			soonest = ms;
	}
	assert_in_range(soonest, 0, 10);
}

/* While looks are frequent nobody listens for requests. */
static void a_viewer_that_hangs_up_is_left_at_any_pace(void **state)
{
	(void)state;
	ask(SCANOUT_INPUT, 0);
	shutdown(viewer, SHUT_WR);
	expect_end(0);
	tear_down(state);
	set_up(state);
	ask(SCANOUT_PACE, 0);
	expect_quiet();
	shutdown(viewer, SHUT_WR);
	expect_end(0);
}

/* Its planes do not pile up, and the end still reaches it. */
static void a_viewer_that_stalls_holds_nothing_up(void **state)
{
	(void)state;
	for (uint32_t id = 100; id < 400; id++) {
		show(id);
		usleep(700);
	}
	base_cleanup_fd(&fake.end);
	expect_end(SCANOUT_GONE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_buffer_comes_with_its_file_once),
		TEST(the_newest_follows_when_one_was_taken),
		TEST(no_picture_is_told),
		TEST(a_picture_that_makes_no_sense_is_none),
		TEST(a_buffer_that_is_gone_is_asked_for_again),
		TEST(what_cannot_be_fetched_leaves_what_was),
		TEST(what_changes_while_it_is_fetched_is_fetched_anew),
		TEST(what_is_forgotten_comes_with_its_file_again),
		TEST(what_is_shown_and_forgotten_comes_at_once),
		TEST(a_viewer_that_does_not_look_is_told_nothing),
		TEST(qemus_end_is_told),
		TEST(a_vgpu_that_is_unplugged_is_let_go),
		TEST(a_viewer_that_lies_is_left),
		TEST(a_viewer_that_floods_is_left),
		TEST(a_guest_that_stands_still_is_looked_at_seldom_until_it_stirs),
		TEST(requests_wake_nobody_where_looks_are_frequent),
		TEST(where_there_are_none_they_are_heard_at_once),
		TEST(a_viewer_that_hangs_up_is_left_at_any_pace),
		TEST(a_viewer_that_stalls_holds_nothing_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
