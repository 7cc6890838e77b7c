/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <drm_fourcc.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/picture/clock.h"
#include "display/source/helper.h"
#include "display/source/planes.h"

#define DOMAIN	   "11111111-2222-3333-4444-555555555555"
#define VGPU	   "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define PATIENCE   5000 /* ms */
#define NOTHING_MS 50

/* The viewer's end is the real one; the test is the helper. */
struct fixture {
	char directory[32], path[64];
	int listener, helper; /* sockets */
	struct display_vm vm;
	struct display_mailbox *mailbox;
	struct display_planes *planes;
	struct display_update update;
};

/* A helper of our own: installed or not, and the end of the connection that it got. */
static struct {
	bool installed;
	int given, fd;
} own = { .given = -1, .fd = -1 };

/* In place of the C library's. */
int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int target)
{
	(void)actions;
	(void)target;
	own.given = fd;
	return 0;
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[], char *const env[])
{
	(void)path;
	(void)actions;
	(void)attributes;
	(void)argv;
	(void)env;
	if (!own.installed)
		return ENOENT;
	*pid = fork();
	if (*pid == 0) {
		pause();
		_exit(0);
	}
	own.fd = fcntl(own.given, F_DUPFD_CLOEXEC, 0);
	return 0;
}

static void ignore(void *data)
{
	(void)data;
}

static void listen_at(struct fixture *f)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, f->path, strlen(f->path));
	f->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(f->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(f->listener, 1), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->directory, "/tmp/vgpu-direct-XXXXXX");
	assert_non_null(mkdtemp(f->directory));
	snprintf(f->path, sizeof(f->path), "%s/socket", f->directory);
	setenv("VGPU_SCANOUT_SOCKET", f->path, 1);
	listen_at(f);
	f->helper = -1;
	own.installed = false;
	f->vm.name = (char *)"win";
	strcpy(f->vm.domain_uuid, DOMAIN);
	strcpy(f->vm.vgpu, VGPU);
	f->mailbox = display_mailbox_create(ignore, NULL, NULL);
	assert_non_null(f->mailbox);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	display_planes_destroy(f->planes);
	display_update_finish(&f->update);
	display_mailbox_destroy(f->mailbox);
	base_cleanup_fd(&f->helper);
	base_cleanup_fd(&f->listener);
	unlink(f->path);
	rmdir(f->directory);
	free(f);
	return 0;
}

/* The next request; kind 0: none came in time, or the viewer hung up. */
static struct scanout_request hear(const struct fixture *f, int patience)
{
	struct pollfd readable = { .fd = f->helper, .events = POLLIN };
	struct scanout_request request = { 0 };

	if (poll(&readable, 1, patience) > 0 &&
	    recv(f->helper, &request, sizeof(request), 0) != sizeof(request))
		request.kind = 0;
	return request;
}

static void say(const struct fixture *f, const struct scanout_reply *reply, size_t size, int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec data = { .iov_base = (void *)reply, .iov_len = size };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *part = (struct cmsghdr *)control;

		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		*part = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
					  .cmsg_level = SOL_SOCKET,
					  .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(part), &fd, sizeof(fd));
	}
	assert_int_equal(sendmsg(f->helper, &message, MSG_NOSIGNAL), size);
	if (fd >= 0)
		close(fd);
}

static void start(struct fixture *f, bool required)
{
	f->planes = display_planes_create(&f->vm, f->mailbox, required, NULL);
	assert_non_null(f->planes);
	assert_int_equal(display_planes_start(f->planes, NULL), 0);
	f->helper = accept(f->listener, NULL, NULL);
	assert_true(f->helper >= 0);
}

static void start_opened(struct fixture *f)
{
	const struct scanout_reply opened = { .kind = SCANOUT_OPENED };

	start(f, false);
	assert_int_equal(hear(f, PATIENCE).kind, SCANOUT_OPEN);
	say(f, &opened, sizeof(opened), -1);
	assert_int_equal(hear(f, PATIENCE).kind, SCANOUT_PACE);
}

static struct scanout_reply plane(uint32_t buffer, uint64_t flips)
{
	return (struct scanout_reply){
		.kind = SCANOUT_PLANE,
		.plane = { .buffer = buffer,
			   .fourcc = DRM_FORMAT_XRGB8888,
			   .width = 64,
			   .height = 32,
			   .stride = 256,
			   .size = 8192,
			   .flips = flips,
			   .seen_ns = 1000 * flips },
	};
}

static int make_buffer(off_t size)
{
	int fd = memfd_create("buffer", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, size), 0);
	return fd;
}

static void show(struct fixture *f, const struct scanout_reply *reply, int fd)
{
	say(f, reply, sizeof(*reply), fd);
	assert_int_equal(hear(f, PATIENCE).kind, SCANOUT_TAKEN);
}

/* Takes until there is a frame or time is up. */
static bool take_frame(struct fixture *f, int patience)
{
	int64_t end = display_clock_ms() + patience;

	do {
		display_update_finish(&f->update);
		display_mailbox_take(f->mailbox, display_clock_ms(), &f->update);
		if (f->update.has_frame)
			return true;
		poll(NULL, 0, 1);
	} while (display_clock_ms() < end);
	return false;
}

static void it_asks_for_the_vgpu_of_the_domain(void **state)
{
	struct fixture *f = *state;
	struct scanout_request open;

	start(f, false);
	open = hear(f, PATIENCE);
	assert_int_equal(open.kind, SCANOUT_OPEN);
	assert_int_equal(open.version, SCANOUT_VERSION);
	assert_string_equal(open.domain, DOMAIN);
	assert_string_equal(open.vgpu, VGPU);
}

static void a_vm_without_a_vgpu_is_refused(void **state)
{
	struct fixture *f = *state;
	BASE_AUTO(base_error) struct base_error err = { 0 };

	f->vm.vgpu[0] = '\0';
	assert_null(display_planes_create(&f->vm, f->mailbox, false, &err));
	assert_non_null(strstr(err.message, "no vGPU"));
}

static void each_plane_is_shown_and_its_buffer_kept(void **state)
{
	struct fixture *f = *state;
	struct scanout_reply first = plane(1, 1), second = plane(2, 2), again = plane(1, 3);
	ino_t inode;

	start_opened(f);
	show(f, &first, make_buffer(8192));
	assert_true(take_frame(f, PATIENCE));
	assert_true(f->update.direct);
	assert_int_equal(f->update.frame.width, 64);
	assert_int_equal(f->update.frame.backing_height, 32);
	assert_int_equal(f->update.flip.number, 1);
	inode = f->update.frame.planes[0].inode;
	show(f, &second, make_buffer(8192));
	assert_true(take_frame(f, PATIENCE));
	assert_int_not_equal(f->update.frame.planes[0].inode, inode);
	show(f, &again, -1);
	assert_true(take_frame(f, PATIENCE));
	assert_int_equal(f->update.frame.planes[0].inode, inode);
	assert_int_equal(f->update.flip.seen_ns, 3000);
}

static void a_flip_of_the_future_is_seen_now(void **state)
{
	struct scanout_reply reply = plane(7, 1);
	struct fixture *f = *state;

	reply.plane.seen_ns = UINT64_MAX;
	start_opened(f);
	show(f, &reply, make_buffer(8192));
	assert_true(take_frame(f, PATIENCE));
	assert_true(f->update.flip.seen_ns > 0);
	assert_true(f->update.flip.seen_ns <= (uint64_t)display_clock_ns());
}

static void planes_that_make_no_sense_are_passed_over(void **state)
{
	static const struct {
		uint32_t buffer, fourcc, width, height, stride;
		off_t size; /* -1: no buffer comes with it */
	} cases[] = {
		{ 9, DRM_FORMAT_XRGB8888, 64, 32, 256, -1 },
		{ 9, DRM_FORMAT_XRGB8888, 64, 32, 256, 8191 },
		{ 9, DRM_FORMAT_XRGB8888, 64, 32, 255, 8192 },
		{ 9, DRM_FORMAT_XRGB8888, 64, 32, 0, 8192 },
		{ 9, DRM_FORMAT_XRGB8888, 0, 32, 256, 8192 },
		{ 9, DRM_FORMAT_XRGB8888, 64, UINT32_MAX, 256, 8192 },
		{ 9, DRM_FORMAT_XRGB8888, 0x40000000, 32, 0, 8192 },
		{ 9, DRM_FORMAT_NV12, 64, 32, 256, 8192 },
		{ 9, 0, 64, 32, 256, 8192 },
	};
	struct fixture *f = *state;
	struct scanout_reply good = plane(1, 1);

	start_opened(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scanout_reply bad = plane(cases[i].buffer, 1);

		bad.plane.fourcc = cases[i].fourcc;
		bad.plane.width = cases[i].width;
		bad.plane.height = cases[i].height;
		bad.plane.stride = cases[i].stride;
		show(f, &bad, cases[i].size < 0 ? -1 : make_buffer(cases[i].size));
		assert_false(take_frame(f, NOTHING_MS));
	}
	show(f, &good, make_buffer(8192));
	assert_true(take_frame(f, PATIENCE));
}

static void a_helper_that_speaks_nonsense_is_left(void **state)
{
	struct fixture *f = *state;
	struct scanout_reply reply = plane(1, 1), odd = { .kind = 4711 };
	char byte;

	start_opened(f);
	show(f, &reply, make_buffer(8192));
	assert_true(take_frame(f, PATIENCE));
	say(f, &odd, sizeof(odd), -1);
	assert_int_equal(recv(f->helper, &byte, 1, 0), 0);
	while (display_mailbox_timeout(f->mailbox, display_clock_ms()) < 0)
		poll(NULL, 0, 1);
	assert_false(take_frame(f, 1));
	assert_false(f->update.direct);
}

static void a_packet_of_another_size_ends_it(void **state)
{
	struct fixture *f = *state;
	struct scanout_reply reply = plane(1, 1);
	char byte;

	start_opened(f);
	say(f, &reply, sizeof(reply) - 1, make_buffer(8192));
	assert_int_equal(recv(f->helper, &byte, 1, 0), 0);
}

static void a_plane_with_a_new_number_does_not_pile_up(void **state)
{
	struct fixture *f = *state;

	start_opened(f);
	for (uint32_t number = 1; number <= 16; number++) {
		struct scanout_reply reply = plane(number, number);

		show(f, &reply, make_buffer(8192));
	}
	for (uint32_t number = 17; number <= 20; number++) {
		struct scanout_reply reply = plane(number, number);
		struct scanout_request forget;

		show(f, &reply, make_buffer(8192));
		forget = hear(f, PATIENCE);
		assert_int_equal(forget.kind, SCANOUT_FORGET);
		assert_int_equal(forget.buffer, number - 16);
	}
}

static void a_hidden_window_needs_no_planes(void **state)
{
	struct fixture *f = *state;
	struct scanout_request pace;

	start_opened(f);
	display_planes_set_hidden(f->planes, false);
	display_planes_set_hidden(f->planes, true);
	display_planes_set_hidden(f->planes, true);
	pace = hear(f, PATIENCE);
	assert_int_equal(pace.kind, SCANOUT_PACE);
	assert_int_equal(pace.interval_us, 0);
	display_planes_set_hidden(f->planes, false);
	pace = hear(f, PATIENCE);
	assert_int_equal(pace.interval_us, SCANOUT_INTERVAL_DEFAULT_US);
	assert_int_equal(hear(f, NOTHING_MS).kind, 0);
}

static void the_helper_is_told_of_input_now_and_then(void **state)
{
	struct fixture *f = *state;
	struct scanout_request none;
	int64_t began;
	int told = 0;

	start_opened(f);
	began = display_clock_ms();
	for (int i = 0; i < 1000; i++)
		display_planes_note_input(f->planes);
	while (hear(f, NOTHING_MS).kind == SCANOUT_INPUT)
		told++;
	assert_in_range(told, 1, (display_clock_ms() - began) / DISPLAY_PLANES_INPUT_MS + 1);
	/* a key that is pressed later is told, too */
	display_planes_note_input(f->planes);
	assert_int_equal(hear(f, PATIENCE).kind, SCANOUT_INPUT);
	/* a window that nobody sees waits for no flip */
	display_planes_set_hidden(f->planes, true);
	assert_int_equal(hear(f, PATIENCE).kind, SCANOUT_PACE);
	poll(NULL, 0, 2 * DISPLAY_PLANES_INPUT_MS);
	display_planes_note_input(f->planes);
	none = hear(f, NOTHING_MS);
	assert_int_equal(none.kind, 0);
}

static void input_needs_no_helper(void **state)
{
	struct fixture *f = *state;

	start(f, false);
	display_planes_note_input(f->planes);
	assert_int_equal(hear(f, PATIENCE).kind, SCANOUT_OPEN);
	assert_int_equal(hear(f, NOTHING_MS).kind, 0);
	base_cleanup_fd(&f->helper);
	display_planes_note_input(f->planes);
}

/* Its queue is full at some time (10 packets, net.unix.max_dgram_qlen). */
static void a_helper_that_reads_nothing_holds_no_input_up(void **state)
{
	struct fixture *f = *state;
	int64_t longest = 0;

	start_opened(f);
	for (int i = 0; i < 20; i++) {
		int64_t began;

		poll(NULL, 0, DISPLAY_PLANES_INPUT_MS + 1);
		began = display_clock_ms();
		display_planes_note_input(f->planes);
		if (display_clock_ms() - began > longest)
			longest = display_clock_ms() - began;
	}
	assert_in_range(longest, 0, DISPLAY_HELPER_DIAL_MS / 2);
}

static void a_refusal_ends_only_who_wants_nothing_else(void **state)
{
	struct fixture *f = *state;
	struct scanout_reply refusal = { .kind = SCANOUT_REFUSED };

	memset(refusal.text, 'x', sizeof(refusal.text));
	memcpy(refusal.text, "no\n\033such VM", 11);
	start(f, true);
	assert_int_equal(hear(f, PATIENCE).kind, SCANOUT_OPEN);
	say(f, &refusal, sizeof(refusal), -1);
	while (!f->update.ended)
		take_frame(f, 1);
	assert_non_null(strstr(f->update.error.message, "no??such VM"));
}

/* Its message, once the source has ended. */
static const char *end_of(struct fixture *f)
{
	while (!f->update.ended)
		take_frame(f, 1);
	return f->update.error.message;
}

static void hang_up(struct fixture *f)
{
	base_cleanup_fd(&f->helper);
}

/* True if the source calls within that time. */
static bool calls(struct fixture *f, int patience)
{
	struct pollfd readable = { .fd = f->listener, .events = POLLIN };

	if (poll(&readable, 1, patience) <= 0)
		return false;
	f->helper = accept(f->listener, NULL, NULL);
	return true;
}

static void a_helper_that_hangs_up_has_a_log(void **state)
{
	struct fixture *f = *state;

	start(f, true);
	assert_int_equal(hear(f, PATIENCE).kind, SCANOUT_OPEN);
	hang_up(f);
	assert_non_null(strstr(end_of(f), "hung up"));
	assert_non_null(strstr(f->update.error.message, "journalctl -u 'vgpu-scanout@*'"));
}

static void what_a_helper_says_last_is_heard(void **state)
{
	static const struct scanout_request request = { .kind = SCANOUT_TAKEN };
	static const struct scanout_reply refusal = { .kind = SCANOUT_REFUSED, .text = "no" };
	struct fixture *f = *state;
	struct scanout_reply heard;
	int plane_fd, pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	f->helper = pair[0];
	/* which it does not read */
	assert_int_equal(display_helper_send(pair[1], &request, NULL), 0);
	say(f, &refusal, sizeof(refusal), -1);
	hang_up(f);
	assert_int_equal(display_helper_receive(pair[1], &heard, &plane_fd, NULL), 1);
	assert_int_equal(heard.kind, SCANOUT_REFUSED);
	assert_int_equal(display_helper_send(pair[1], &request, NULL), 0);
	assert_int_equal(display_helper_receive(pair[1], &heard, &plane_fd, NULL), 0);
	close(pair[1]);
}

static void after_the_first_planes_no_refusal_is_the_end(void **state)
{
	static const struct scanout_reply opened = { .kind = SCANOUT_OPENED },
					  gone = { .kind = SCANOUT_GONE },
					  refusal = { .kind = SCANOUT_REFUSED, .text = "no VM" };
	struct fixture *f = *state;

	start(f, true);
	assert_int_equal(hear(f, PATIENCE).kind, SCANOUT_OPEN);
	say(f, &opened, sizeof(opened), -1);
	say(f, &gone, sizeof(gone), -1);
	hang_up(f);
	assert_int_equal(chmod(f->path, 0600), 0);
	assert_true(calls(f, PATIENCE));
	assert_int_equal(hear(f, PATIENCE).kind, SCANOUT_OPEN);
	say(f, &refusal, sizeof(refusal), -1);
	assert_int_equal(hear(f, PATIENCE).kind, 0);
	assert_false(take_frame(f, NOTHING_MS));
	assert_false(f->update.ended);
}

static void our_own_helpers_refusal_tells_how_to_have_the_systems(void **state)
{
	static const struct scanout_reply refusal = { .kind = SCANOUT_REFUSED,
						      .text = "not by the kernel's leave" };
	struct fixture *f = *state;

	assert_int_equal(unlink(f->path), 0);
	own.installed = true;
	f->planes = display_planes_create(&f->vm, f->mailbox, true, NULL);
	assert_int_equal(display_planes_start(f->planes, NULL), 0);
	while (own.fd < 0)
		poll(NULL, 0, 1);
	f->helper = BASE_STEAL_FD(own.fd);
	assert_int_equal(hear(f, PATIENCE).kind, SCANOUT_OPEN);
	say(f, &refusal, sizeof(refusal), -1);
	assert_string_equal(end_of(f), "not by the kernel's leave; run as root: systemctl enable "
				       "--now vgpu-scanout.socket");
}

static void a_helper_that_refuses_is_asked_less_and_less_often(void **state)
{
	struct fixture *f = *state;

	start(f, false);
	hang_up(f);
	assert_true(calls(f, PATIENCE));
	hang_up(f);
	assert_false(calls(f, 3500));
	/* what changed may have another outcome */
	assert_int_equal(chmod(f->path, 0600), 0);
	assert_true(calls(f, 2200));
}

static void a_socket_that_appears_is_taken_up(void **state)
{
	struct fixture *f = *state;

	base_cleanup_fd(&f->listener);
	assert_int_equal(unlink(f->path), 0);
	f->planes = display_planes_create(&f->vm, f->mailbox, false, NULL);
	assert_int_equal(display_planes_start(f->planes, NULL), 0);
	poll(NULL, 0, 100);
	listen_at(f);
	assert_true(calls(f, 2000));
}

static void a_socket_whose_queue_is_full_is_not_waited_for(void **state)
{
	BASE_AUTO(display_helper) struct display_helper helper = DISPLAY_HELPER_INIT;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct display_helper waiting[8];
	int64_t began;
	int count = 0;

	(void)state;
	while (count < 8 && display_helper_connect(&waiting[count], NULL) == 0)
		count++;
	assert_in_range(count, 1, 7);
	began = display_clock_ms();
	assert_int_equal(display_helper_connect(&helper, &err), -1);
	assert_in_range(display_clock_ms() - began, 0, 4 * DISPLAY_HELPER_DIAL_MS);
	assert_non_null(strstr(err.message, "too many connections"));
	while (count > 0)
		display_helper_finish(&waiting[--count]);
}

static void too_many_open_files_are_no_other_version(void **state)
{
	const struct scanout_reply reply = plane(1, 1);
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct fixture *f = *state;
	struct scanout_reply heard;
	struct rlimit limit, none;
	int plane_fd, pair[2], status;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	f->helper = pair[0];
	say(f, &reply, sizeof(reply), make_buffer(8192));
	getrlimit(RLIMIT_NOFILE, &limit);
	none = (struct rlimit){ .rlim_cur = 3, .rlim_max = limit.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	status = display_helper_receive(pair[1], &heard, &plane_fd, &err);
	setrlimit(RLIMIT_NOFILE, &limit);
	close(pair[1]);
	assert_int_equal(status, -1);
	assert_int_equal(plane_fd, -1);
	assert_non_null(strstr(err.message, "Too many open files"));
}

static void a_picture_may_lie_within_its_buffer(void **state)
{
	static const struct {
		uint32_t x, y, stride;
		off_t size;
		uint64_t modifier;
		uint32_t want_x, want_y, want_width, want_height;
	} cases[] = {
		{ 0, 0, 256, 8192, 0, 0, 0, 64, 32 },
		{ 16, 8, 512, 20480, 0, 16, 8, 80, 40 },
		{ 64, 0, 512, 16384, 0, 64, 0, 128, 32 },
		{ 64, 32, 512, 65536, I915_FORMAT_MOD_Y_TILED, 64, 32, 128, 64 },
		/* what does not fit there begins at the first pixel */
		{ 65, 0, 512, 16384, 0, 0, 0, 64, 32 },
		{ 0, 1, 256, 8192, 0, 0, 0, 64, 32 },
		{ 65, 0, 512, 16384, I915_FORMAT_MOD_Y_TILED, 0, 0, 64, 32 },
		{ 0, 1, 512, 16896, I915_FORMAT_MOD_Y_TILED, 0, 0, 64, 32 },
		{ UINT32_MAX, UINT32_MAX, 512, 16384, 0, 0, 0, 64, 32 },
		{ UINT32_MAX - 63, 0, 512, 16384, 0, 0, 0, 64, 32 },
	};
	struct fixture *f = *state;

	start_opened(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scanout_reply reply = plane((uint32_t)i + 1, i + 1);
		const struct display_frame *frame = &f->update.frame;

		reply.plane.x = cases[i].x;
		reply.plane.y = cases[i].y;
		reply.plane.stride = cases[i].stride;
		reply.plane.size = (uint64_t)cases[i].size;
		reply.plane.modifier = cases[i].modifier;
		show(f, &reply, make_buffer(cases[i].size));
		assert_true(take_frame(f, PATIENCE));
		if (frame->x != cases[i].want_x || frame->y != cases[i].want_y ||
		    frame->width != 64 || frame->height != 32 ||
		    frame->backing_width != cases[i].want_width ||
		    frame->backing_height != cases[i].want_height)
			fail_msg("case %zu: %u,%u of %ux%u", i, frame->x, frame->y,
				 frame->backing_width, frame->backing_height);
	}
}

static void an_empty_plane_gives_way_to_qemu_after_a_while(void **state)
{
	struct fixture *f = *state;
	struct scanout_reply reply = plane(1, 1), none = { .kind = SCANOUT_PLANE };

	start_opened(f);
	show(f, &reply, make_buffer(8192));
	assert_true(take_frame(f, PATIENCE));
	show(f, &none, -1);
	while (display_mailbox_timeout(f->mailbox, display_clock_ms()) < 0)
		poll(NULL, 0, 1);
	assert_in_range(display_mailbox_timeout(f->mailbox, display_clock_ms()), 0,
			DISPLAY_HOLD_MS);
}

static void without_a_helper_the_way_to_have_one_is_told(void **state)
{
	static const struct {
		const char *path;
		const char *want;
	} cases[] = {
		{ "/nonexistent/socket", "systemctl enable --now vgpu-scanout.socket" },
		{ "/dev/null", "systemctl enable --now vgpu-scanout.socket" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		BASE_AUTO(display_helper) struct display_helper helper = DISPLAY_HELPER_INIT;
		BASE_AUTO(base_error) struct base_error err = { 0 };

		setenv("VGPU_SCANOUT_SOCKET", cases[i].path, 1);
		/* One that is installed is started instead, as it should. */
		if (display_helper_connect(&helper, &err) < 0)
			assert_non_null(strstr(err.message, cases[i].want));
		else
			assert_int_not_equal(helper.child, 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_asks_for_the_vgpu_of_the_domain),
		TEST(a_vm_without_a_vgpu_is_refused),
		TEST(each_plane_is_shown_and_its_buffer_kept),
		TEST(a_flip_of_the_future_is_seen_now),
		TEST(planes_that_make_no_sense_are_passed_over),
		TEST(a_helper_that_speaks_nonsense_is_left),
		TEST(a_packet_of_another_size_ends_it),
		TEST(a_plane_with_a_new_number_does_not_pile_up),
		TEST(a_hidden_window_needs_no_planes),
		TEST(the_helper_is_told_of_input_now_and_then),
		TEST(input_needs_no_helper),
		TEST(a_helper_that_reads_nothing_holds_no_input_up),
		TEST(a_refusal_ends_only_who_wants_nothing_else),
		TEST(a_helper_that_hangs_up_has_a_log),
		TEST(what_a_helper_says_last_is_heard),
		TEST(after_the_first_planes_no_refusal_is_the_end),
		TEST(our_own_helpers_refusal_tells_how_to_have_the_systems),
		TEST(a_helper_that_refuses_is_asked_less_and_less_often),
		TEST(a_socket_that_appears_is_taken_up),
		TEST(a_socket_whose_queue_is_full_is_not_waited_for),
		TEST(too_many_open_files_are_no_other_version),
		TEST(a_picture_may_lie_within_its_buffer),
		TEST(an_empty_plane_gives_way_to_qemu_after_a_while),
		cmocka_unit_test(without_a_helper_the_way_to_have_one_is_told),
	};

	return cmocka_run_group_tests_name("direct source", tests, NULL, NULL);
}
