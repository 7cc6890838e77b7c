/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What QEMU may say, and what a hostile one may: every call goes over a real
 * socket, from an sd-bus server to the viewer's listener.
 */
#include <drm_fourcc.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/picture/clock.h"
#include "display/source/listener.h"
#include "vgpu/base/log.h"

#define PATH	"/org/qemu/Display1/Listener"
#define MAIN	"org.qemu.Display1.Listener"
#define MAP	"org.qemu.Display1.Listener.Unix.Map"
#define DMABUF2 "org.qemu.Display1.Listener.Unix.ScanoutDMABUF2"

#define XR24 0x20020888u /* pixman's x8r8g8b8 */
#define RG16 0x10020565u

#define ALL 0xffffffffu

struct fixture {
	sd_bus *qemu, *viewer;
	struct display_mailbox *mailbox;
	struct display_listener *listener;
	struct display_update update;
	uint32_t console_width, console_height; /* what QEMU's console is said to have */
	bool answered, refused;
	int wakes;
};

static void count_wake(void *data)
{
	struct fixture *f = data;

	f->wakes++;
}

static bool say_size(void *data, uint32_t *width, uint32_t *height)
{
	struct fixture *f = data;

	*width = f->console_width;
	*height = f->console_height;
	return true;
}

static void pump(struct fixture *f, const bool *until)
{
	for (int i = 0; i < 10000 && !*until; i++) {
		int sent = sd_bus_process(f->qemu, NULL);
		int got = sd_bus_process(f->viewer, NULL);

		assert_true(sent >= 0);
		assert_true(got >= 0);
		if (sent == 0 && got == 0)
			usleep(100);
	}
	assert_true(*until);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	sd_id128_t id;
	bool ready = false;
	int pair[2];

	assert_non_null(f);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(sd_id128_randomize(&id), 0);
	assert_true(sd_bus_new(&f->qemu) >= 0);
	assert_true(sd_bus_set_fd(f->qemu, pair[0], pair[0]) >= 0);
	assert_true(sd_bus_set_server(f->qemu, true, id) >= 0);
	assert_true(sd_bus_negotiate_fds(f->qemu, true) >= 0);
	assert_true(sd_bus_start(f->qemu) >= 0);
	assert_true(sd_bus_new(&f->viewer) >= 0);
	assert_true(sd_bus_set_fd(f->viewer, pair[1], pair[1]) >= 0);
	assert_true(sd_bus_negotiate_fds(f->viewer, true) >= 0);
	f->mailbox = display_mailbox_create(count_wake, f, NULL);
	f->listener = display_listener_create(f->viewer, f->mailbox, say_size, f, NULL);
	assert_non_null(f->listener);
	assert_true(sd_bus_start(f->viewer) >= 0);
	for (int i = 0; i < 1000 && !ready; i++) {
		sd_bus_process(f->qemu, NULL);
		sd_bus_process(f->viewer, NULL);
		ready = sd_bus_is_ready(f->qemu) > 0 && sd_bus_is_ready(f->viewer) > 0;
	}
	assert_true(ready);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	display_update_finish(&f->update);
	display_listener_destroy(f->listener);
	display_mailbox_destroy(f->mailbox);
	sd_bus_close_unref(f->qemu);
	sd_bus_close_unref(f->viewer);
	free(f);
	return 0;
}

static int on_answer(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fixture *f = data;

	(void)error;
	f->answered = true;
	f->refused = sd_bus_message_is_method_error(m, NULL) > 0;
	return 0;
}

static sd_bus_message *begin(struct fixture *f, const char *interface, const char *member)
{
	sd_bus_message *m = NULL;

	assert_true(sd_bus_message_new_method_call(f->qemu, &m, NULL, PATH, interface, member) >=
		    0);
	return m;
}

/* Sends it, waits for the answer and takes what is in the mailbox then: true if accepted. */
static bool call(struct fixture *f, sd_bus_message *m)
{
	f->answered = false;
	assert_true(sd_bus_call_async(f->qemu, NULL, m, on_answer, f, 0) >= 0);
	sd_bus_message_unref(m);
	pump(f, &f->answered);
	display_update_finish(&f->update);
	display_mailbox_take(f->mailbox, display_clock_ms(), &f->update);
	return !f->refused;
}

static bool scanout(struct fixture *f, uint32_t width, uint32_t height, uint32_t stride,
		    uint32_t format, const void *data, size_t size)
{
	sd_bus_message *m = begin(f, MAIN, "Scanout");

	assert_true(sd_bus_message_append(m, "uuuu", width, height, stride, format) >= 0);
	assert_true(sd_bus_message_append_array(m, 'y', data, size) >= 0);
	return call(f, m);
}

static bool update(struct fixture *f, const int32_t rect[4], uint32_t stride, uint32_t format,
		   const void *data, size_t size)
{
	sd_bus_message *m = begin(f, MAIN, "Update");

	assert_true(sd_bus_message_append(m, "iiiiuu", rect[0], rect[1], rect[2], rect[3], stride,
					  format) >= 0);
	assert_true(sd_bus_message_append_array(m, 'y', data, size) >= 0);
	return call(f, m);
}

static bool simple(struct fixture *f, const char *interface, const char *member, int32_t a,
		   int32_t b, int32_t c, int32_t d)
{
	sd_bus_message *m = begin(f, interface, member);

	assert_true(sd_bus_message_append(m, "iiii", a, b, c, d) >= 0);
	return call(f, m);
}

static int memory(size_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static uint32_t pixel(struct display_surface *surface, uint32_t x, uint32_t y)
{
	const struct display_format *format;
	uint32_t row, value;
	const uint8_t *pixels = display_surface_lock(surface, &format, &row);

	assert_int_equal(format->bytes, 4);
	memcpy(&value, pixels + ((size_t)y * row + x) * 4, 4);
	display_surface_unlock(surface);
	return value;
}

static bool is_nothing(const struct fixture *f)
{
	return !f->update.has_frame && display_rect_is_empty(&f->update.damage);
}

static void a_scanout_becomes_a_frame(void **state)
{
	static const uint32_t pixels[2][4] = { { 1, 2, 3, 99 }, { 4, 5, 6, 99 } };
	struct fixture *f = *state;

	assert_true(scanout(f, 3, 2, 16, XR24, pixels, sizeof(pixels)));
	assert_true(f->update.has_frame);
	assert_int_equal(f->update.frame.kind, DISPLAY_FRAME_PIXELS);
	assert_int_equal(f->update.frame.width, 3);
	assert_int_equal(f->update.frame.height, 2);
	assert_int_equal(pixel(f->update.frame.surface, 2, 0), 3);
	assert_int_equal(pixel(f->update.frame.surface, 0, 1), 4);
	assert_true(f->wakes > 0);
}

static void a_bad_scanout_changes_nothing(void **state)
{
	static const struct {
		uint32_t width, height, stride, format;
		size_t size;
	} cases[] = {
		{ 0, 2, 16, XR24, 64 },
		{ 4, 0, 16, XR24, 64 },
		{ ALL, ALL, ALL, XR24, 64 },
		{ 0x40000000, 4, 16, XR24, 64 },
		{ 16384, 16384, 65536, XR24, 64 },
		{ 4, 4, 15, XR24, 64 },
		{ 4, 4, 0, XR24, 64 },
		{ 4, 4, 16, XR24, 63 },
		{ 4, 4, 16, XR24, 0 },
		{ 4, 4, ALL, XR24, 64 },
		{ 4, 4, 16, 0, 64 },
		{ 4, 4, 16, ALL, 64 },
		{ 4, 4, 16, DRM_FORMAT_XRGB8888, 64 },
	};
	static const uint8_t data[64];
	struct fixture *f = *state;

	assert_true(scanout(f, 4, 4, 16, XR24, data, sizeof(data)));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# case %zu\n", i);
		assert_false(scanout(f, cases[i].width, cases[i].height, cases[i].stride,
				     cases[i].format, data, cases[i].size));
		assert_true(is_nothing(f));
	}
}

static void an_update_is_damage(void **state)
{
	static const uint32_t black[16], white[4] = { 7, 8, 9, 10 };
	struct fixture *f = *state;
	struct display_surface *surface;

	assert_true(scanout(f, 4, 4, 16, XR24, black, sizeof(black)));
	surface = display_surface_ref(f->update.frame.surface);
	assert_true(update(f, (int32_t[]){ 1, 2, 2, 2 }, 8, XR24, white, sizeof(white)));
	assert_false(f->update.has_frame);
	assert_memory_equal(&f->update.damage, &((struct display_rect){ 1, 2, 2, 2 }),
			    sizeof(struct display_rect));
	assert_int_equal(pixel(surface, 1, 2), 7);
	assert_int_equal(pixel(surface, 2, 3), 10);
	assert_int_equal(pixel(surface, 0, 2), 0);
	assert_int_equal(pixel(surface, 3, 3), 0);
	display_surface_unref(surface);
}

static void a_bad_update_changes_nothing(void **state)
{
	static const struct {
		int32_t rect[4];
		uint32_t stride, format;
		size_t size;
	} cases[] = {
		{ { -1, 0, 2, 2 }, 8, XR24, 16 },
		{ { 0, -1, 2, 2 }, 8, XR24, 16 },
		{ { 3, 0, 2, 2 }, 8, XR24, 16 },
		{ { 0, 3, 2, 2 }, 8, XR24, 16 },
		{ { 0, 0, 0, 2 }, 8, XR24, 16 },
		{ { 0, 0, 2, -2 }, 8, XR24, 16 },
		{ { INT32_MAX, 0, 2, 2 }, 8, XR24, 16 },
		{ { 1, 1, INT32_MAX, INT32_MAX }, 8, XR24, 16 },
		{ { INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN }, 8, XR24, 16 },
		{ { 0, 0, 2, 2 }, 7, XR24, 16 },
		{ { 0, 0, 2, 2 }, 8, XR24, 15 },
		{ { 0, 0, 2, 2 }, ALL, XR24, 16 },
		{ { 0, 0, 2, 2 }, 8, RG16, 16 },
		{ { 0, 0, 2, 2 }, 8, ALL, 16 },
	};
	static const uint8_t data[64];
	struct fixture *f = *state;

	f->console_width = f->console_height = 4;
	assert_false(update(f, (int32_t[]){ 0, 0, 2, 2 }, 8, XR24, data, 16));
	assert_true(scanout(f, 4, 4, 16, XR24, data, sizeof(data)));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# case %zu\n", i);
		assert_false(update(f, cases[i].rect, cases[i].stride, cases[i].format, data,
				    cases[i].size));
		assert_true(is_nothing(f));
	}
}

/* QEMU sends no Scanout when its own surface grows. */
static void an_update_outside_asks_for_the_size(void **state)
{
	static const uint32_t old[4] = { 1, 2, 3, 4 }, line[4] = { 5, 6, 7, 8 };
	struct fixture *f = *state;

	assert_true(scanout(f, 2, 2, 8, XR24, old, sizeof(old)));
	f->console_width = 4;
	f->console_height = 1;
	assert_true(update(f, (int32_t[]){ 0, 0, 4, 1 }, 16, XR24, line, sizeof(line)));
	assert_true(f->update.has_frame);
	assert_int_equal(f->update.frame.width, 4);
	assert_int_equal(f->update.frame.height, 1);
	assert_int_equal(pixel(f->update.frame.surface, 3, 0), 8);
}

static void a_hostile_console_size_is_ignored(void **state)
{
	static const uint32_t sizes[][2] = { { 0, 0 }, { ALL, ALL }, { 1, 0 }, { 16385, 1 } };
	static const uint32_t pixels[16] = { 42 };
	struct fixture *f = *state;

	assert_true(scanout(f, 2, 2, 8, XR24, pixels, 16));
	for (size_t i = 0; i < 4; i++) {
		f->console_width = sizes[i][0];
		f->console_height = sizes[i][1];
		assert_false(update(f, (int32_t[]){ 0, 0, 4, 1 }, 16, XR24, pixels, 64));
		assert_true(is_nothing(f));
	}
}

static void a_smaller_console_cuts_the_picture(void **state)
{
	static const uint32_t pixels[4] = { 1, 2, 3, 4 };
	struct fixture *f = *state;

	assert_true(scanout(f, 2, 2, 8, XR24, pixels, sizeof(pixels)));
	display_listener_follow_size(f->listener, 1, 2);
	display_update_finish(&f->update);
	display_mailbox_take(f->mailbox, display_clock_ms(), &f->update);
	assert_true(f->update.has_frame);
	assert_int_equal(f->update.frame.width, 1);
	assert_int_equal(pixel(f->update.frame.surface, 0, 1), 3);
}

static bool scanout_map(struct fixture *f, int fd, uint32_t offset, uint32_t width, uint32_t height,
			uint32_t stride, uint32_t format)
{
	sd_bus_message *m = begin(f, MAP, "ScanoutMap");

	assert_true(sd_bus_message_append(m, "huuuuu", fd, offset, width, height, stride, format) >=
		    0);
	return call(f, m);
}

static void shared_memory_is_read(void **state)
{
	struct fixture *f = *state;
	uint32_t value = 77;
	int fd = memory(64 + 32);
	struct display_surface *surface;

	assert_int_equal(pwrite(fd, &value, 4, 64 + 4), 4);
	assert_true(scanout_map(f, fd, 64, 2, 2, 16, XR24));
	assert_true(f->update.has_frame);
	assert_int_equal(pixel(f->update.frame.surface, 1, 0), 77);
	surface = display_surface_ref(f->update.frame.surface);
	value = 78;
	assert_int_equal(pwrite(fd, &value, 4, 64 + 16), 4);
	assert_true(simple(f, MAP, "UpdateMap", 0, 1, 1, 1));
	assert_false(f->update.has_frame);
	assert_int_equal(pixel(surface, 0, 1), 78);
	display_surface_unref(surface);
	close(fd);
}

static void memory_that_is_cut_short_is_survived(void **state)
{
	struct fixture *f = *state;
	int fd = memory(16384);

	assert_true(scanout_map(f, fd, 0, 1024, 4, 4096, XR24));
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_false(simple(f, MAP, "UpdateMap", 0, 0, 1024, 4));
	assert_true(is_nothing(f));
	close(fd);
}

static void bad_shared_memory_is_refused(void **state)
{
	static const struct {
		uint32_t offset, width, height, stride, format;
	} cases[] = {
		{ 1, 4, 4, 16, XR24 },	  { ALL, 4, 4, 16, XR24 }, { 0, 4, 5, 16, XR24 },
		{ 0, 4, 4, 15, XR24 },	  { 0, 4, 4, ALL, XR24 },  { 0, ALL, ALL, ALL, XR24 },
		{ 0, 0, 0, 0, XR24 },	  { 0, 4, 4, 16, 1 },	   { 0, 16384, 8192, 65536, XR24 },
		{ 0, 1, 16384, 4, XR24 },
	};
	struct fixture *f = *state;
	int fd = memory(64), pipes[2];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# case %zu\n", i);
		assert_false(scanout_map(f, fd, cases[i].offset, cases[i].width, cases[i].height,
					 cases[i].stride, cases[i].format));
		assert_true(is_nothing(f));
	}
	assert_false(simple(f, MAP, "UpdateMap", 0, 0, 1, 1));
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_false(scanout_map(f, pipes[0], 0, 4, 4, 16, XR24));
	close(pipes[0]);
	close(pipes[1]);
	close(fd);
}

static bool scanout_dmabuf(struct fixture *f, int fd, uint32_t width, uint32_t height,
			   uint32_t stride, uint32_t fourcc, uint64_t modifier)
{
	sd_bus_message *m = begin(f, MAIN, "ScanoutDMABUF");

	assert_true(sd_bus_message_append(m, "huuuutb", fd, width, height, stride, fourcc, modifier,
					  0) >= 0);
	return call(f, m);
}

static void a_dmabuf_is_handed_on(void **state)
{
	struct fixture *f = *state;
	int fd = memory(64);
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	assert_true(scanout_dmabuf(f, fd, 4, 4, 16, DRM_FORMAT_XRGB8888, 0));
	assert_true(f->update.has_frame);
	assert_int_equal(f->update.frame.kind, DISPLAY_FRAME_DMABUF);
	assert_int_equal(f->update.frame.plane_count, 1);
	assert_int_equal(f->update.frame.planes[0].inode, st.st_ino);
	assert_int_not_equal(f->update.frame.planes[0].fd, fd);
	assert_true(simple(f, MAIN, "UpdateDMABUF", 1, 1, 2, 2));
	assert_memory_equal(&f->update.damage, &((struct display_rect){ 1, 1, 2, 2 }),
			    sizeof(struct display_rect));
	close(fd);
}

static void the_same_buffer_is_known_again(void **state)
{
	struct fixture *f = *state;
	int fd = memory(64), copy = dup(fd), other = memory(64);
	struct display_frame first;

	assert_true(scanout_dmabuf(f, fd, 4, 4, 16, DRM_FORMAT_XRGB8888, 0));
	first = display_frame_take(&f->update.frame);
	assert_true(scanout_dmabuf(f, copy, 4, 4, 16, DRM_FORMAT_XRGB8888, 0));
	assert_true(display_frame_same_buffer(&first, &f->update.frame));
	assert_true(scanout_dmabuf(f, copy, 2, 4, 16, DRM_FORMAT_XRGB8888, 0));
	assert_false(display_frame_same_buffer(&first, &f->update.frame));
	assert_true(scanout_dmabuf(f, copy, 4, 4, 16, DRM_FORMAT_ARGB8888, 0));
	assert_false(display_frame_same_buffer(&first, &f->update.frame));
	assert_true(scanout_dmabuf(f, other, 4, 4, 16, DRM_FORMAT_XRGB8888, 0));
	assert_false(display_frame_same_buffer(&first, &f->update.frame));
	display_frame_finish(&first);
	close(fd);
	close(copy);
	close(other);
}

static void a_bad_dmabuf_is_refused(void **state)
{
	static const struct {
		uint32_t width, height, stride, fourcc;
		uint64_t modifier;
	} cases[] = {
		{ 4, 4, 16, 0, 0 },
		{ 4, 4, 16, ALL, 0 },
		{ 4, 4, 16, DRM_FORMAT_NV12, 0 },
		{ 4, 4, 16, DRM_FORMAT_XRGB1555, 0 },
		{ 4, 5, 16, DRM_FORMAT_XRGB8888, 0 },
		{ 4, 4, 15, DRM_FORMAT_XRGB8888, 0 },
		{ 4, 4, 17, DRM_FORMAT_XRGB8888, 0 },
		{ 4, 4, 0, DRM_FORMAT_XRGB8888, 0 },
		{ 4, 4, 0, DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_X_TILED },
		{ 4, 4, ALL, DRM_FORMAT_XRGB8888, 0 },
		{ 0, 4, 16, DRM_FORMAT_XRGB8888, 0 },
		{ 4, 0, 16, DRM_FORMAT_XRGB8888, 0 },
		{ ALL, ALL, ALL, DRM_FORMAT_XRGB8888, 0 },
		{ ALL, ALL, ALL, DRM_FORMAT_XRGB8888, I915_FORMAT_MOD_X_TILED },
		{ 0x40000001, 1, 4, DRM_FORMAT_XRGB8888, 0 },
		{ 4, 5, 16, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_INVALID },
		{ 4, 4, 15, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_INVALID },
		{ 4, 4, ALL, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_INVALID },
	};
	struct fixture *f = *state;
	int fd = memory(64), pipes[2];

	assert_false(simple(f, MAIN, "UpdateDMABUF", 0, 0, 1, 1));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# case %zu\n", i);
		assert_false(scanout_dmabuf(f, fd, cases[i].width, cases[i].height, cases[i].stride,
					    cases[i].fourcc, cases[i].modifier));
		assert_true(is_nothing(f));
	}
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_false(scanout_dmabuf(f, pipes[0], 4, 4, 16, DRM_FORMAT_XRGB8888, 0));
	close(pipes[0]);
	close(pipes[1]);
	close(fd);
}

/* The guest may have changed its mode in between: answered, and cut to what there is. */
static void damage_outside_of_a_dmabuf_is_cut(void **state)
{
	static const struct {
		int32_t in[4];
		struct display_rect out;
	} cases[] = {
		{ { 0, 0, 100, 100 }, { 0, 0, 4, 4 } },
		{ { -1, -1, 3, 3 }, { 0, 0, 2, 2 } },
		{ { 3, 3, INT32_MAX, INT32_MAX }, { 3, 3, 1, 1 } },
		{ { INT32_MIN, 0, INT32_MAX, 4 }, { 0, 0, 0, 0 } },
		{ { 4, 4, 1, 1 }, { 0, 0, 0, 0 } },
		{ { 0, 0, -1, -1 }, { 0, 0, 0, 0 } },
		{ { INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX }, { 0, 0, 0, 0 } },
	};
	struct fixture *f = *state;
	int fd = memory(64);

	assert_true(scanout_dmabuf(f, fd, 4, 4, 16, DRM_FORMAT_XRGB8888, 0));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const int32_t *in = cases[i].in;

		print_message("# case %zu\n", i);
		assert_true(simple(f, MAIN, "UpdateDMABUF", in[0], in[1], in[2], in[3]));
		assert_memory_equal(&f->update.damage, &cases[i].out, sizeof(cases[i].out));
	}
	close(fd);
}

struct dmabuf2 {
	uint32_t fds, offsets, strides; /* how many of each */
	uint32_t planes;
	uint32_t x, y, width, height, backing_width, backing_height;
};

static bool scanout_dmabuf2(struct fixture *f, int fd, const struct dmabuf2 *d)
{
	static const uint32_t offsets[8], strides[8] = { 16, 16, 16, 16, 16, 16, 16, 16 };
	sd_bus_message *m = begin(f, DMABUF2, "ScanoutDMABUF2");

	assert_true(sd_bus_message_open_container(m, 'a', "h") >= 0);
	for (uint32_t i = 0; i < d->fds; i++)
		assert_true(sd_bus_message_append(m, "h", fd) >= 0);
	assert_true(sd_bus_message_close_container(m) >= 0);
	assert_true(sd_bus_message_append(m, "uuuu", d->x, d->y, d->width, d->height) >= 0);
	assert_true(sd_bus_message_append_array(m, 'u', offsets, (size_t)d->offsets * 4) >= 0);
	assert_true(sd_bus_message_append_array(m, 'u', strides, (size_t)d->strides * 4) >= 0);
	assert_true(sd_bus_message_append(m, "uuuutb", d->planes, DRM_FORMAT_XRGB8888,
					  d->backing_width, d->backing_height,
					  DRM_FORMAT_MOD_LINEAR, 1) >= 0);
	return call(f, m);
}

static void a_dmabuf_of_several_planes_is_handed_on(void **state)
{
	static const struct dmabuf2 good = { 2, 2, 2, 2, 1, 1, 2, 2, 4, 4 };
	struct fixture *f = *state;
	int fd = memory(64);

	assert_true(scanout_dmabuf2(f, fd, &good));
	assert_int_equal(f->update.frame.plane_count, 2);
	assert_int_equal(f->update.frame.x, 1);
	assert_int_equal(f->update.frame.width, 2);
	assert_int_equal(f->update.frame.backing_width, 4);
	assert_true(f->update.frame.y0_top);
	assert_true(f->update.frame.planes[1].fd >= 0);
	assert_int_equal(f->update.frame.planes[2].fd, -1);
	close(fd);
}

static void bad_planes_are_refused(void **state)
{
	static const struct dmabuf2 cases[] = {
		{ 0, 0, 0, 0, 0, 0, 4, 4, 4, 4 },     { 0, 1, 1, 1, 0, 0, 4, 4, 4, 4 },
		{ 1, 0, 1, 1, 0, 0, 4, 4, 4, 4 },     { 1, 1, 0, 1, 0, 0, 4, 4, 4, 4 },
		{ 1, 1, 1, 2, 0, 0, 4, 4, 4, 4 },     { 5, 5, 5, 5, 0, 0, 4, 4, 4, 4 },
		{ 8, 8, 8, 8, 0, 0, 4, 4, 4, 4 },     { 4, 4, 4, ALL, 0, 0, 4, 4, 4, 4 },
		{ 1, 1, 1, 1, 1, 0, 4, 4, 4, 4 },     { 1, 1, 1, 1, 0, 1, 4, 4, 4, 4 },
		{ 1, 1, 1, 1, ALL, ALL, 1, 1, 4, 4 }, { 1, 1, 1, 1, 0, 0, 4, 4, 4, 5 },
		{ 1, 1, 1, 1, 0, 0, 4, 4, 5, 4 },     { 1, 1, 1, 1, 0, 0, 4, 4, ALL, ALL },
		{ 1, 1, 1, 1, 0, 0, 0, 4, 4, 4 },
	};
	struct fixture *f = *state;
	int fd = memory(64);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# case %zu\n", i);
		assert_false(scanout_dmabuf2(f, fd, &cases[i]));
		assert_true(is_nothing(f));
	}
	close(fd);
}

static bool cursor(struct fixture *f, int32_t width, int32_t height, int32_t hot_x, int32_t hot_y,
		   size_t size)
{
	static const uint8_t data[64];
	sd_bus_message *m = begin(f, MAIN, "CursorDefine");

	assert_true(sd_bus_message_append(m, "iiii", width, height, hot_x, hot_y) >= 0);
	assert_true(sd_bus_message_append_array(m, 'y', data, size) >= 0);
	return call(f, m);
}

static void a_cursor_is_taken_or_refused(void **state)
{
	struct fixture *f = *state;

	assert_true(cursor(f, 4, 4, 3, 2, 64));
	assert_true(f->update.has_cursor);
	assert_int_equal(f->update.cursor.hot_x, 3);
	assert_int_equal(f->update.cursor.hot_y, 2);
	assert_true(cursor(f, 4, 4, -1, -1, 64));
	assert_int_equal(f->update.cursor.hot_x, 0);
	assert_true(cursor(f, 4, 4, INT32_MAX, INT32_MIN, 64));
	assert_int_equal(f->update.cursor.hot_x, 0);
	assert_int_equal(f->update.cursor.hot_y, 0);
	assert_false(cursor(f, 4, 4, 0, 0, 63));
	assert_false(cursor(f, 0, 4, 0, 0, 64));
	assert_false(cursor(f, -4, -4, 0, 0, 64));
	assert_false(cursor(f, INT32_MAX, INT32_MAX, 0, 0, 64));
	assert_false(cursor(f, 65536, 65536, 0, 0, 64));
	assert_false(f->update.has_cursor);
}

static void wrong_arguments_are_refused(void **state)
{
	struct fixture *f = *state;
	sd_bus_message *m = begin(f, MAIN, "Scanout");

	assert_true(sd_bus_message_append(m, "s", "what?") >= 0);
	assert_false(call(f, m));
	m = begin(f, MAIN, "NoSuchThing");
	assert_false(call(f, m));
	assert_true(is_nothing(f));
}

static int on_interfaces(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fixture *f = data;
	char **list = NULL;

	(void)error;
	f->answered = true;
	assert_false(sd_bus_message_is_method_error(m, NULL));
	assert_true(sd_bus_message_enter_container(m, 'v', "as") > 0);
	assert_true(sd_bus_message_read_strv(m, &list) >= 0);
	assert_string_equal(list[0], MAP);
	assert_string_equal(list[1], DMABUF2);
	assert_null(list[2]);
	for (int i = 0; i < 2; i++)
		free(list[i]);
	free(list);
	return 0;
}

static void the_interfaces_are_listed(void **state)
{
	struct fixture *f = *state;
	sd_bus_message *m = begin(f, "org.freedesktop.DBus.Properties", "Get");

	assert_true(sd_bus_message_append(m, "ss", MAIN, "Interfaces") >= 0);
	assert_true(sd_bus_call_async(f->qemu, NULL, m, on_interfaces, f, 0) >= 0);
	sd_bus_message_unref(m);
	f->answered = false;
	pump(f, &f->answered);
}

static void disable_is_answered_and_held(void **state)
{
	static const uint32_t pixels[4];
	struct fixture *f = *state;

	assert_true(scanout(f, 2, 2, 8, XR24, pixels, sizeof(pixels)));
	assert_true(call(f, begin(f, MAIN, "Disable")));
	assert_false(f->update.blank);
	assert_true(display_mailbox_timeout(f->mailbox, display_clock_ms()) > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_scanout_becomes_a_frame),
		TEST(a_bad_scanout_changes_nothing),
		TEST(an_update_is_damage),
		TEST(a_bad_update_changes_nothing),
		TEST(an_update_outside_asks_for_the_size),
		TEST(a_hostile_console_size_is_ignored),
		TEST(a_smaller_console_cuts_the_picture),
		TEST(shared_memory_is_read),
		TEST(memory_that_is_cut_short_is_survived),
		TEST(bad_shared_memory_is_refused),
		TEST(a_dmabuf_is_handed_on),
		TEST(the_same_buffer_is_known_again),
		TEST(a_bad_dmabuf_is_refused),
		TEST(damage_outside_of_a_dmabuf_is_cut),
		TEST(a_dmabuf_of_several_planes_is_handed_on),
		TEST(bad_planes_are_refused),
		TEST(a_cursor_is_taken_or_refused),
		TEST(wrong_arguments_are_refused),
		TEST(the_interfaces_are_listed),
		TEST(disable_is_answered_and_held),
	};

	base_log_init("test", BASE_LOG_WARNING);
	return cmocka_run_group_tests_name("display listener", tests, NULL, NULL);
}
