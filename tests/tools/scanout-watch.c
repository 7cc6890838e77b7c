// SPDX-License-Identifier: GPL-2.0-or-later
/* A viewer without a window, for vgpu-scanout; see usage_text. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "display/scanout/protocol.h"
#include "tests/tools/samples.h"
#include "tests/tools/stamp.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/log.h"

static const char usage_text[] =
	"usage: scanout-watch [--socket PATH|--helper PROGRAM] COMMAND...\n"
	"  open DOMAIN VGPU           print `opened` or what it was refused with\n"
	"  hold DOMAIN VGPU           the same, and stay until it ends or standard input does\n"
	"  watch SECONDS DOMAIN VGPU  print flips, frames, how many were lost, and how late\n"
	"                             after its stamp each was noticed and here, and how late\n"
	"                             this machine wakes who only sleeps; microseconds\n"
	"  lie NAME [DOMAIN VGPU]     do what no viewer does; print how it ended\n"
	"  lies                       the names\n"
	"  pid PID VGPU               ask for a process in the domain's place\n"
	"  connect COUNT              connect and leave, that often\n"
	"\n"
	"--helper starts the program itself, on one end of a pair of sockets.\n";

enum {
	MAX_BUFFERS = 256,
	MAX_FLIPS = 100000,
	NAP_NS = 10000000,
	PATIENCE_MS = 20000
};

/* --- the connection -------------------------------------------------------- */

struct peer {
	const char *path, *helper;
	int fd;
	pid_t child;
};

static void peer_close(struct peer *peer)
{
	base_cleanup_fd(&peer->fd);
	if (peer->child > 0)
		waitpid(peer->child, NULL, 0);
	peer->child = 0;
}

BASE_DEFINE_CLEANUP(peer, struct peer, peer_close)

static int start_helper(struct peer *peer, struct base_error *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return base_error_errno(err, errno, "cannot make sockets");
	peer->child = fork();
	if (peer->child == 0) {
		dup2(pair[1], STDIN_FILENO);
		execl(peer->helper, peer->helper, (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	peer->fd = pair[0];
	return 0;
}

static int peer_open(struct peer *peer, struct base_error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (peer->helper != NULL)
		return start_helper(peer, err);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", peer->path);
	peer->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (peer->fd < 0 || connect(peer->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return base_error_errno(err, errno, "cannot connect to %s", peer->path);
	return 0;
}

static void say(const struct peer *peer, const void *data, size_t length)
{
	(void)!send(peer->fd, data, length, MSG_NOSIGNAL);
}

static void ask(const struct peer *peer, enum scanout_request_kind kind, uint32_t number)
{
	struct scanout_request request = { .kind = kind, .buffer = number, .interval_us = number };

	say(peer, &request, sizeof(request));
}

static void ask_open(const struct peer *peer, const char *domain, const char *vgpu)
{
	struct scanout_request request = { .kind = SCANOUT_OPEN, .version = SCANOUT_VERSION };

	snprintf(request.domain, sizeof(request.domain), "%s", domain);
	snprintf(request.vgpu, sizeof(request.vgpu), "%s", vgpu);
	say(peer, &request, sizeof(request));
}

/* 1: a reply; 0: the end; -1: nothing in that time. *fd is owned by the caller. */
static int hear(const struct peer *peer, struct scanout_reply *reply, int *fd, int timeout)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = { reply, sizeof(*reply) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	struct pollfd poller = { .fd = peer->fd, .events = POLLIN };
	const struct cmsghdr *header;
	ssize_t length;

	*fd = -1;
	memset(reply, 0, sizeof(*reply));
	if (poll(&poller, 1, timeout) <= 0)
		return -1;
	length = recvmsg(peer->fd, &message, MSG_CMSG_CLOEXEC);
	if (length <= 0)
		return 0;
	header = CMSG_FIRSTHDR(&message);
	if (header != NULL && header->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(header), sizeof(*fd));
	return length == sizeof(*reply) ? 1 : 0;
}

/* Says what a refusal said, too. */
static int open_vgpu(struct peer *peer, const char *domain, const char *vgpu,
		     struct base_error *err)
{
	struct scanout_reply reply;
	int fd, status;

	if (peer_open(peer, err) < 0)
		return -1;
	ask_open(peer, domain, vgpu);
	status = hear(peer, &reply, &fd, PATIENCE_MS);
	if (status == 1 && reply.kind == SCANOUT_OPENED)
		return 0;
	if (status == 1 && reply.kind == SCANOUT_REFUSED)
		return base_error_set(err, BASE_FAILED, "refused: %s", reply.text);
	return base_error_set(err, BASE_FAILED,
			      status == 0 ? "the connection ended" : "there was no answer");
}

static int hold(struct peer *peer, const char *domain, const char *vgpu, struct base_error *err)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .events = POLLIN } };
	struct scanout_reply reply;

	if (open_vgpu(peer, domain, vgpu, err) < 0)
		return -1;
	puts("opened");
	fflush(stdout);
	fds[1].fd = peer->fd;
	for (;;) {
		BASE_AUTO(fd) int fd = -1;

		if (poll(fds, 2, -1) > 0 && fds[0].revents != 0)
			return 0;
		if (fds[1].revents == 0)
			continue;
		if (hear(peer, &reply, &fd, 0) == 0)
			break;
		if (reply.kind == SCANOUT_GONE)
			printf("gone: %s\n", reply.text);
		else
			ask(peer, SCANOUT_TAKEN, 0);
	}
	puts("closed");
	return 0;
}

/* --- watch ----------------------------------------------------------------- */

struct watch {
	struct pattern_image images[MAX_BUFFERS];
	struct samples seen, here, wake; /* their items are owned */
	pthread_t sleeper;
	atomic_bool sleeps;
	uint32_t first, last; /* frames */
	uint64_t flips;	      /* by the helper's count */
	int files;
};

static void watch_finish(struct watch *watch)
{
	for (int i = 0; i < MAX_BUFFERS; i++) {
		const struct pattern_image *image = &watch->images[i];

		if (image->pixels != NULL)
			munmap(image->pixels, (size_t)image->stride * image->height);
	}
	if (watch->sleeps) {
		watch->sleeps = false;
		pthread_join(watch->sleeper, NULL);
	}
	free(watch->seen.items);
	free(watch->here.items);
	free(watch->wake.items);
}

BASE_DEFINE_CLEANUP(watch, struct watch, watch_finish)

static void sample(struct samples *samples, uint64_t from, uint64_t to)
{
	samples->items[samples->count++] = samples_between(from, to);
}

/* What no program on this machine, now, is better at. */
static void *sleep_often(void *data)
{
	struct watch *watch = data;
	uint64_t at = now_ns();

	(void)prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	while (watch->sleeps && watch->wake.count < MAX_FLIPS) {
		struct timespec until;

		at += NAP_NS;
		until = (struct timespec){ .tv_sec = (time_t)(at / 1000000000u),
					   .tv_nsec = (long)(at % 1000000000u) };
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		sample(&watch->wake, at, now_ns());
		if (now_ns() > at + NAP_NS)
			at = now_ns();
	}
	return NULL;
}

static void print_samples(const char *name, struct samples *samples)
{
	samples_sort(samples);
	printf(" %s_us_median=%u %s_us_99th=%u %s_us_worst=%u", name, samples_rank(samples, 50),
	       name, samples_rank(samples, 99), name, samples_rank(samples, 100));
}

static int watch_begin(struct watch *watch, struct base_error *err)
{
	watch->seen.items = calloc(MAX_FLIPS, sizeof(uint32_t));
	watch->here.items = calloc(MAX_FLIPS, sizeof(uint32_t));
	watch->wake.items = calloc(MAX_FLIPS, sizeof(uint32_t));
	if (watch->seen.items == NULL || watch->here.items == NULL || watch->wake.items == NULL)
		return base_error_errno(err, ENOMEM, "cannot watch");
	watch->sleeps = true;
	if (pthread_create(&watch->sleeper, NULL, sleep_often, watch) == 0)
		return 0;
	watch->sleeps = false;
	return base_error_set(err, BASE_FAILED, "cannot start a thread");
}

static void watch_print(struct watch *watch)
{
	watch->sleeps = false;
	pthread_join(watch->sleeper, NULL);
	printf("flips=%zu lost=%zd files=%d", watch->seen.count,
	       (ssize_t)(watch->last - watch->first) - (ssize_t)watch->seen.count, watch->files);
	print_samples("seen", &watch->seen);
	print_samples("here", &watch->here);
	print_samples("wake", &watch->wake);
	puts("");
}

static int map(struct watch *watch, const struct scanout_plane *plane, int fd,
	       struct base_error *err)
{
	size_t size = (size_t)plane->stride * plane->height;
	struct pattern_image *image;

	if (plane->buffer >= MAX_BUFFERS)
		return base_error_set(err, BASE_FAILED, "more than %d buffers", MAX_BUFFERS);
	image = &watch->images[plane->buffer];
	watch->files += fd >= 0;
	if ((fd >= 0) == (image->pixels != NULL))
		return base_error_set(err, BASE_FAILED, "buffer %u came %s file", plane->buffer,
				      fd >= 0 ? "once more with its" : "without its");
	if (fd < 0)
		return 0;
	*image =
		(struct pattern_image){ mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0),
					plane->stride, plane->width, plane->height, plane->fourcc };
	if (image->pixels == MAP_FAILED) {
		image->pixels = NULL;
		return base_error_errno(err, errno, "cannot map a dma-buf");
	}
	return 0;
}

/* The first flip may have been long ago when the watch began: it counts for nothing. */
static int note(struct watch *watch, const struct scanout_plane *plane, int fd,
		struct base_error *err)
{
	uint64_t now = now_ns();
	struct pattern_stamp stamp;

	if (plane->buffer == 0)
		return 0;
	if (map(watch, plane, fd, err) < 0)
		return -1;
	if (!stamp_read(&watch->images[plane->buffer], &stamp) || stamp.frame == watch->last ||
	    watch->seen.count == MAX_FLIPS)
		return 0;
	watch->flips = plane->flips;
	if (watch->first != 0) {
		sample(&watch->seen, stamp.time, plane->seen_ns);
		sample(&watch->here, stamp.time, now);
	} else {
		watch->first = stamp.frame;
	}
	watch->last = stamp.frame;
	return 0;
}

static int watch(struct peer *peer, const char *seconds, const char *domain, const char *vgpu,
		 struct base_error *err)
{
	BASE_AUTO(watch) struct watch watch = { 0 };
	struct scanout_reply reply;
	uint64_t end;

	if (open_vgpu(peer, domain, vgpu, err) < 0 || watch_begin(&watch, err) < 0)
		return -1;
	end = now_ns() + (uint64_t)(strtod(seconds, NULL) * 1e9);
	while (now_ns() < end) {
		BASE_AUTO(fd) int fd = -1;
		int status = hear(peer, &reply, &fd, 100);

		if (status == 0 || (status == 1 && reply.kind != SCANOUT_PLANE))
			return base_error_set(err, BASE_FAILED, "it ended");
		if (status < 0)
			continue;
		if (note(&watch, &reply.plane, fd, err) < 0)
			return -1;
		ask(peer, SCANOUT_TAKEN, 0);
	}
	watch_print(&watch);
	return 0;
}

/* --- lies ------------------------------------------------------------------ */

static void lie_short(const struct peer *peer)
{
	say(peer, "OPEN", 4);
}

static void lie_long(const struct peer *peer)
{
	struct scanout_request requests[2] = { { .kind = SCANOUT_OPEN } };

	say(peer, requests, sizeof(requests));
}

static void lie_huge(const struct peer *peer)
{
	BASE_AUTO(free) char *data = calloc(1, 150000);

	say(peer, data, 150000);
}

static void lie_empty(const struct peer *peer)
{
	say(peer, "", 0);
}

static void lie_kind_none(const struct peer *peer)
{
	ask(peer, 0, 0);
}

static void lie_kind_unknown(const struct peer *peer)
{
	ask(peer, 99, 0);
}

static void lie_taken(const struct peer *peer)
{
	ask(peer, SCANOUT_TAKEN, 0);
	ask(peer, SCANOUT_TAKEN, 0);
}

static void lie_version(const struct peer *peer)
{
	struct scanout_request request = { .kind = SCANOUT_OPEN, .version = 77 };

	say(peer, &request, sizeof(request));
}

static void lie_without_nul(const struct peer *peer)
{
	struct scanout_request request = { .kind = SCANOUT_OPEN, .version = SCANOUT_VERSION };

	memset(request.domain, 'a', sizeof(request.domain));
	memset(request.vgpu, 'a', sizeof(request.vgpu));
	say(peer, &request, sizeof(request));
}

static void lie_path(const struct peer *peer)
{
	ask_open(peer, "../../../../../../etc/passwd/../....",
		 "../../../../../../dev/vfio/vfio/....");
}

static void lie_upper_case(const struct peer *peer)
{
	ask_open(peer, "4B20D080-1B54-4048-85B3-A6A62D165C40",
		 "4B20D080-1B54-4048-85B3-A6A62D165C40");
}

static void lie_files(const struct peer *peer)
{
	struct scanout_request request = { .kind = SCANOUT_TAKEN };
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec part = { &request, sizeof(request) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int fd = STDIN_FILENO;

	CMSG_FIRSTHDR(&message)->cmsg_level = SOL_SOCKET;
	CMSG_FIRSTHDR(&message)->cmsg_type = SCM_RIGHTS;
	CMSG_FIRSTHDR(&message)->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &fd, sizeof(fd));
	(void)!sendmsg(peer->fd, &message, MSG_NOSIGNAL);
}

static void lie_twice(const struct peer *peer)
{
	ask_open(peer, "4b20d080-1b54-4048-85b3-a6a62d165c40",
		 "4b20d080-1b54-4048-85b3-a6a62d165c40");
	ask_open(peer, "4b20d080-1b54-4048-85b3-a6a62d165c40",
		 "4b20d080-1b54-4048-85b3-a6a62d165c40");
}

static void lie_forget(const struct peer *peer)
{
	ask(peer, SCANOUT_FORGET, 4000000000u);
}

static void lie_pace(const struct peer *peer)
{
	ask(peer, SCANOUT_PACE, 1);
}

static void lie_flood(const struct peer *peer)
{
	for (int i = 0; i < 20000; i++)
		ask(peer, SCANOUT_PACE, SCANOUT_INTERVAL_DEFAULT_US);
}

static void lie_silence(const struct peer *peer)
{
	(void)peer;
}

static const struct {
	const char *name;
	void (*tell)(const struct peer *peer);
} lies[] = {
	{ "short", lie_short },
	{ "long", lie_long },
	{ "huge", lie_huge },
	{ "empty", lie_empty },
	{ "kind-none", lie_kind_none },
	{ "kind-unknown", lie_kind_unknown },
	{ "taken", lie_taken },
	{ "version", lie_version },
	{ "without-nul", lie_without_nul },
	{ "path", lie_path },
	{ "upper-case", lie_upper_case },
	{ "files", lie_files },
	{ "twice", lie_twice },
	{ "forget", lie_forget },
	{ "pace", lie_pace },
	{ "flood", lie_flood },
	{ "silence", lie_silence },
};

#define N_LIES (sizeof(lies) / sizeof(lies[0]))

/* What is said until the end; planes are not taken. */
static int hear_end(const struct peer *peer, struct base_error *err)
{
	uint64_t end = now_ns() + PATIENCE_MS * UINT64_C(1000000);
	struct scanout_reply reply;

	while (now_ns() < end) {
		BASE_AUTO(fd) int fd = -1;
		int status = hear(peer, &reply, &fd, 1000);

		if (status == 0) {
			puts("ended");
			return 0;
		}
		if (status == 1 && reply.kind == SCANOUT_REFUSED)
			printf("refused: %s\n", reply.text);
	}
	return base_error_set(err, BASE_FAILED, "it does not end");
}

static int lie(struct peer *peer, char **words, struct base_error *err)
{
	if (words[1] != NULL && words[2] != NULL) {
		if (open_vgpu(peer, words[1], words[2], err) < 0)
			return -1;
	} else if (peer_open(peer, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < N_LIES; i++) {
		if (strcmp(words[0], lies[i].name) == 0) {
			lies[i].tell(peer);
			return hear_end(peer, err);
		}
	}
	return base_error_set(err, BASE_MISUSED, "no lie '%s'", words[0]);
}

static int print_lies(void)
{
	for (size_t i = 0; i < N_LIES; i++)
		puts(lies[i].name);
	return 0;
}

static int connect_often(struct peer *peer, const char *count, struct base_error *err)
{
	for (long i = 0; i < strtol(count, NULL, 10); i++) {
		if (peer_open(peer, err) < 0)
			return -1;
		peer_close(peer);
	}
	return 0;
}

static int run(struct peer *peer, int count, char **words, struct base_error *err)
{
	const char *command = count > 0 ? words[0] : "";

	if (count == 3 && (strcmp(command, "open") == 0 || strcmp(command, "pid") == 0))
		return open_vgpu(peer, words[1], words[2], err) < 0 ? -1 : puts("opened") < 0;
	if (count == 3 && strcmp(command, "hold") == 0)
		return hold(peer, words[1], words[2], err);
	if (count == 4 && strcmp(command, "watch") == 0)
		return watch(peer, words[1], words[2], words[3], err);
	if ((count == 2 || count == 4) && strcmp(command, "lie") == 0)
		return lie(peer, words + 1, err);
	if (count == 1 && strcmp(command, "lies") == 0)
		return print_lies();
	if (count == 2 && strcmp(command, "connect") == 0)
		return connect_often(peer, words[1], err);
	fputs(usage_text, stderr);
	return base_error_set(err, BASE_MISUSED, "no such command");
}

int main(int argc, char **argv)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(peer) struct peer peer = { .path = SCANOUT_SOCKET, .fd = -1 };
	int first = 1;

	base_log_init("scanout-watch", BASE_LOG_INFO);
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage_text, stdout);
		return BASE_DONE;
	}
	if (argc > 2 && strcmp(argv[1], "--socket") == 0)
		peer.path = argv[first + 1], first += 2;
	else if (argc > 2 && strcmp(argv[1], "--helper") == 0)
		peer.helper = argv[first + 1], first += 2;
	if (run(&peer, argc - first, argv + first, &err) < 0)
		return base_log_error(&err);
	return BASE_DONE;
}
