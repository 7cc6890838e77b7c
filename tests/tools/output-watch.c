/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watches a gvtsim vGPU's picture on the output of a compositor of wlroots' kind,
 * from outside whatever shows it there: each time that the output changes, the
 * stamp in the picture is read.
 *
 * usage: output-watch X,Y WIDTHxHEIGHT SECONDS
 *
 * The picture of that size has its corner there, a pixel on a pixel. Prints JSON:
 * seconds, presented and commits (a second: pictures that had another frame, all
 * that changed), flipped (a second, from the frames' numbers), lost (frames between
 * the first and the last one that never came), latency_ms (from the flip to the
 * output's commit; median, p99), unreadable (pictures without a stamp).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "tests/tools/samples.h"
#include "tests/tools/stamp.h"
#include "tests/tools/wayland.h"
#include "vgpu/base/error.h"
#include "vgpu/base/log.h"

enum {
	MAX_FRAMES = 100000,
	MANAGER_CAPTURE_REGION = 1,
	FRAME_DESTROY = 1,
	FRAME_COPY_WITH_DAMAGE = 2
};

/* --- wlr-screencopy-unstable-v1, as far as it is used ---------------------- */

static const struct wl_interface *no_types[5];
static const struct wl_interface *copy_types[] = { &wl_buffer_interface };
static const struct wl_message frame_requests[] = {
	{ "copy", "o", copy_types },
	{ "destroy", "", no_types },
	{ "copy_with_damage", "2o", copy_types },
};
static const struct wl_message frame_events[] = {
	{ "buffer", "uuuu", no_types },	 { "flags", "u", no_types },
	{ "ready", "uuu", no_types },	 { "failed", "", no_types },
	{ "damage", "2uuuu", no_types },
};
static const struct wl_interface frame_interface = {
	"zwlr_screencopy_frame_v1", 2, 3, frame_requests, 5, frame_events
};
static const struct wl_interface *capture_types[] = {
	&frame_interface, NULL, &wl_output_interface, NULL, NULL, NULL, NULL
};
static const struct wl_message manager_requests[] = {
	{ "capture_output", "nio", capture_types },
	{ "capture_output_region", "nioiiii", capture_types },
	{ "destroy", "", no_types },
};
static const struct wl_interface manager_interface = {
	"zwlr_screencopy_manager_v1", 2, 3, manager_requests, 0, NULL
};

struct frame_listener {
	void (*buffer)(void *data, struct wl_proxy *frame, uint32_t format, uint32_t width,
		       uint32_t height, uint32_t stride);
	void (*flags)(void *data, struct wl_proxy *frame, uint32_t flags);
	void (*ready)(void *data, struct wl_proxy *frame, uint32_t sec_hi, uint32_t sec_lo,
		      uint32_t nsec);
	void (*failed)(void *data, struct wl_proxy *frame);
	void (*damage)(void *data, struct wl_proxy *frame, uint32_t x, uint32_t y, uint32_t width,
		       uint32_t height);
};

/* --- what is watched ------------------------------------------------------- */

struct watch {
	struct wl_display *display;
	struct wl_proxy *manager;
	struct wl_output *output;
	struct wl_shm *shm;
	int x, y, width, height; /* of what is captured: the picture down to its stamp's end */
	struct wl_buffer *buffer;
	struct pattern_image image; /* the picture in the buffer; pixels NULL: no buffer yet */
	bool done, failed;
	uint64_t ready; /* ns, CLOCK_MONOTONIC, of the commit */

	uint64_t began, ended;
	uint64_t commits, unreadable;
	uint32_t first, last; /* frames' numbers */
	uint32_t shown;
	uint32_t latency[MAX_FRAMES]; /* us */
};

static int make_buffer(struct watch *watch, uint32_t format, uint32_t width, uint32_t height,
		       uint32_t stride)
{
	size_t size = (size_t)stride * height;
	int fd = memfd_create("output-watch", MFD_CLOEXEC);
	struct wl_shm_pool *pool;

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		return -1;
	watch->image.pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	watch->image.stride = stride;
	pool = wl_shm_create_pool(watch->shm, fd, (int32_t)size);
	watch->buffer = wl_shm_pool_create_buffer(pool, 0, (int32_t)width, (int32_t)height,
						  (int32_t)stride, format);
	wl_shm_pool_destroy(pool);
	close(fd);
	return watch->image.pixels != MAP_FAILED ? 0 : -1;
}

static void on_buffer(void *data, struct wl_proxy *frame, uint32_t format, uint32_t width,
		      uint32_t height, uint32_t stride)
{
	struct watch *watch = data;

	if (watch->buffer == NULL && make_buffer(watch, format, width, height, stride) < 0) {
		watch->failed = true;
		return;
	}
	wl_proxy_marshal_flags(frame, FRAME_COPY_WITH_DAMAGE, NULL, 2, 0, watch->buffer);
}

static void on_flags(void *data, struct wl_proxy *frame, uint32_t flags)
{
	(void)data;
	(void)frame;
	(void)flags;
}

static void on_ready(void *data, struct wl_proxy *frame, uint32_t sec_hi, uint32_t sec_lo,
		     uint32_t nsec)
{
	struct watch *watch = data;

	(void)frame;
	watch->ready = ((uint64_t)sec_hi << 32 | sec_lo) * 1000000000 + nsec;
	watch->done = true;
}

static void on_failed(void *data, struct wl_proxy *frame)
{
	struct watch *watch = data;

	(void)frame;
	watch->failed = true;
}

static void on_damage(void *data, struct wl_proxy *frame, uint32_t x, uint32_t y, uint32_t width,
		      uint32_t height)
{
	(void)data;
	(void)frame;
	(void)x;
	(void)y;
	(void)width;
	(void)height;
}

/* --- watching -------------------------------------------------------------- */

/* Waits for the output's next change. */
static int capture(struct watch *watch, struct base_error *err)
{
	static const struct frame_listener listener = { on_buffer, on_flags, on_ready, on_failed,
							on_damage };
	struct wl_proxy *frame = wl_proxy_marshal_flags(
		watch->manager, MANAGER_CAPTURE_REGION, &frame_interface, 2, 0, NULL, 0,
		watch->output, watch->x, watch->y, watch->width, watch->height);

	watch->done = false;
	wl_proxy_add_listener(frame, (void (**)(void)) & listener, watch);
	while (!watch->done && !watch->failed) {
		if (wl_display_dispatch(watch->display) < 0)
			return base_error_set(err, BASE_FAILED, "the compositor is gone");
	}
	wl_proxy_marshal_flags(frame, FRAME_DESTROY, NULL, 2, WL_MARSHAL_FLAG_DESTROY);
	return watch->failed ? base_error_set(err, BASE_FAILED, "the output cannot be captured")
			     : 0;
}

static void note(struct watch *watch)
{
	struct pattern_stamp stamp;

	watch->commits++;
	if (!stamp_read(&watch->image, &stamp)) {
		watch->unreadable++;
		return;
	}
	if (watch->shown > 0 && stamp.frame == watch->last)
		return;
	if (watch->shown == 0) {
		watch->first = stamp.frame;
		watch->began = watch->ready;
	}
	watch->last = stamp.frame;
	watch->ended = watch->ready;
	if (watch->shown < MAX_FRAMES)
		watch->latency[watch->shown++] = samples_between(stamp.time, watch->ready);
}

static void print(struct watch *watch)
{
	double seconds = (double)(watch->ended - watch->began) / 1e9;
	uint32_t flipped = watch->last - watch->first;
	struct samples latency = { watch->latency, watch->shown };

	samples_sort(&latency);
	printf("{\"seconds\": %.2f, \"presented\": %.2f, \"commits\": %.2f, \"flipped\": %.2f, "
	       "\"lost\": %u, \"latency_ms\": {\"median\": %.2f, \"p99\": %.2f}, "
	       "\"unreadable\": %llu}\n",
	       seconds, (watch->shown - 1) / seconds, (double)watch->commits / seconds,
	       flipped / seconds, flipped + 1 - watch->shown, samples_rank(&latency, 50) / 1000.0,
	       samples_rank(&latency, 99) / 1000.0, (unsigned long long)watch->unreadable);
}

static int connect_to(struct watch *watch, struct base_error *err)
{
	watch->display = wl_display_connect(NULL);
	if (watch->display == NULL)
		return base_error_set(err, BASE_FAILED, "no compositor answers");
	watch->manager = wayland_bind(watch->display, &manager_interface, 2);
	watch->output = wayland_bind(watch->display, &wl_output_interface, 1);
	watch->shm = wayland_bind(watch->display, &wl_shm_interface, 1);
	if (watch->manager == NULL || watch->output == NULL || watch->shm == NULL)
		return base_error_set(err, BASE_FAILED,
				      "the compositor does not let others see its output");
	return 0;
}

static int run(struct watch *watch, unsigned int seconds, struct base_error *err)
{
	struct pattern_layout layout = pattern_layout(watch->image.width, watch->image.height);
	uint64_t end;

	watch->width = layout.stamp.x + layout.stamp.width;
	watch->height = layout.stamp.y + layout.stamp.height;
	if (connect_to(watch, err) < 0)
		return -1;
	end = now_ns() + seconds * UINT64_C(1000000000);
	while (now_ns() < end) {
		if (capture(watch, err) < 0)
			return -1;
		note(watch);
	}
	if (watch->shown < 2)
		return base_error_set(err, BASE_FAILED,
				      "no picture that changes is at %d,%d (%llu changes seen, "
				      "%llu without a stamp)",
				      watch->x, watch->y, (unsigned long long)watch->commits,
				      (unsigned long long)watch->unreadable);
	print(watch);
	return 0;
}

int main(int argc, char **argv)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	static struct watch watch = { .image.format = PATTERN_XR24 };
	unsigned int seconds;

	base_log_init("output-watch", BASE_LOG_INFO);
	if (argc != 4 || sscanf(argv[1], "%d,%d", &watch.x, &watch.y) != 2 ||
	    sscanf(argv[2], "%ux%u", &watch.image.width, &watch.image.height) != 2 ||
	    sscanf(argv[3], "%u", &seconds) != 1) {
		fprintf(stderr, "usage: output-watch X,Y WIDTHxHEIGHT SECONDS\n");
		return BASE_MISUSED;
	}
	return run(&watch, seconds, &err) < 0 ? base_log_error(&err) : BASE_DONE;
}
