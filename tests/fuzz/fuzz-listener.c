/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A QEMU that means harm: any call of org.qemu.Display1.Listener with any values,
 * over a real socket, and fds that are closed, too short, or no buffers. What the
 * listener lets through to the window is read to its last byte, as a graphics
 * driver would.
 *
 * The input is a row of calls: a byte chooses the method, a byte for each number
 * chooses among edges or takes four bytes of the input.
 */
#include <drm_fourcc.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "display/picture/clock.h"
#include "display/picture/size.h"
#include "display/source/listener.h"
#include "tests/fuzz/require.h"
#include "vgpu/base/log.h"

#define PATH	"/org/qemu/Display1/Listener"
#define MAIN	"org.qemu.Display1.Listener"
#define MAP	"org.qemu.Display1.Listener.Unix.Map"
#define DMABUF2 "org.qemu.Display1.Listener.Unix.ScanoutDMABUF2"

#define CALLS_MAX 32
#define DATA_MAX  65536
#define FDS_MAX	  6

struct input {
	const uint8_t *at;
	size_t left;
};

struct peer {
	sd_bus *qemu, *viewer;
	struct display_mailbox *mailbox;
	struct display_listener *listener;
	struct input *input;
	bool answered;
};

static struct peer peer;
static uint8_t zeros[DATA_MAX];

static uint8_t next(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

static uint32_t number(struct input *input)
{
	static const uint32_t edges[] = {
		0,	    1,		2,	    3,		4,	    16,		63,
		64,	    65,		255,	    256,	257,	    1024,	4096,
		16384,	    16385,	0x7fff,	    0x8000,	0xffff,	    0x10000,	0x7ffffff,
		0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
	};
	uint8_t choice = next(input);
	uint32_t value = 0;

	if (choice < 2 * sizeof(edges) / sizeof(edges[0]))
		return edges[choice / 2];
	if (choice < 128)
		return choice;
	for (int i = 0; i < 4; i++)
		value = value << 8 | next(input);
	return value;
}

static uint32_t pixman(struct input *input)
{
	static const uint32_t known[] = { 0x20020888, 0x20028888, 0x10020565, 0x18020888,
					  0x20030888, 0x10020555, 0x20028bbb };
	uint8_t choice = next(input);

	return choice < 128 ? known[choice % 7] : number(input);
}

static uint32_t fourcc(struct input *input)
{
	static const uint32_t known[] = { DRM_FORMAT_XRGB8888, DRM_FORMAT_ARGB8888,
					  DRM_FORMAT_XBGR8888, DRM_FORMAT_ABGR8888,
					  DRM_FORMAT_RGB565,   DRM_FORMAT_XRGB2101010,
					  DRM_FORMAT_NV12,     DRM_FORMAT_C8 };
	uint8_t choice = next(input);

	return choice < 192 ? known[choice % 8] : number(input);
}

static uint64_t modifier(struct input *input)
{
	static const uint64_t known[] = { DRM_FORMAT_MOD_LINEAR, DRM_FORMAT_MOD_INVALID,
					  I915_FORMAT_MOD_X_TILED, I915_FORMAT_MOD_Y_TILED };
	uint8_t choice = next(input);

	return choice < 192 ? known[choice % 4] : (uint64_t)number(input) << 32 | number(input);
}

/* A file of some size, or what is no buffer at all. */
static int make_fd(struct input *input)
{
	uint8_t choice = next(input);
	int fd;

	if (choice == 0)
		return open("/dev/null", O_RDWR | O_CLOEXEC);
	if (choice == 1)
		return open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (choice == 2)
		return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (choice == 3)
		return open("/", O_PATH | O_CLOEXEC);
	if (choice == 4)
		return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd >= 0 && ftruncate(fd, choice < 16 ? choice : (off_t)number(input) % (1 << 22)) < 0)
		close(BASE_STEAL_FD(fd));
	return fd;
}

static size_t data_size(struct input *input)
{
	return number(input) % DATA_MAX;
}

static int append_numbers(sd_bus_message *m, struct input *input, int count)
{
	int r = 0;

	for (int i = 0; r >= 0 && i < count; i++)
		r = sd_bus_message_append(m, "u", number(input));
	return r;
}

static int append_signed(sd_bus_message *m, struct input *input, int count)
{
	int r = 0;

	for (int i = 0; r >= 0 && i < count; i++)
		r = sd_bus_message_append(m, "i", (int32_t)number(input));
	return r;
}

static int append_fd(sd_bus_message *m, struct input *input)
{
	BASE_AUTO(fd) int fd = make_fd(input);

	/* sd-bus takes a copy. */
	return fd < 0 ? -EBADF : sd_bus_message_append(m, "h", fd);
}

static int append_pixels(sd_bus_message *m, struct input *input)
{
	return sd_bus_message_append_array(m, 'y', zeros, data_size(input));
}

static int append_fds(sd_bus_message *m, struct input *input)
{
	int r = sd_bus_message_open_container(m, 'a', "h");

	for (int count = next(input) % (FDS_MAX + 1); r >= 0 && count > 0; count--)
		r = append_fd(m, input);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_array(sd_bus_message *m, struct input *input)
{
	uint32_t values[FDS_MAX];
	size_t count = next(input) % (FDS_MAX + 1);

	for (size_t i = 0; i < count; i++)
		values[i] = number(input);
	return sd_bus_message_append_array(m, 'u', values, count * sizeof(values[0]));
}

static int scanout(sd_bus_message *m, struct input *input)
{
	int r = append_numbers(m, input, 3);

	if (r >= 0)
		r = sd_bus_message_append(m, "u", pixman(input));
	return r < 0 ? r : append_pixels(m, input);
}

static int update(sd_bus_message *m, struct input *input)
{
	int r = append_signed(m, input, 4);

	if (r >= 0)
		r = append_numbers(m, input, 1);
	if (r >= 0)
		r = sd_bus_message_append(m, "u", pixman(input));
	return r < 0 ? r : append_pixels(m, input);
}

static int scanout_map(sd_bus_message *m, struct input *input)
{
	int r = append_fd(m, input);

	if (r >= 0)
		r = append_numbers(m, input, 4);
	return r < 0 ? r : sd_bus_message_append(m, "u", pixman(input));
}

static int rectangle(sd_bus_message *m, struct input *input)
{
	return append_signed(m, input, 4);
}

static int scanout_dmabuf(sd_bus_message *m, struct input *input)
{
	int r = append_fd(m, input);

	if (r >= 0)
		r = append_numbers(m, input, 3);
	if (r >= 0)
		r = sd_bus_message_append(m, "utb", fourcc(input), modifier(input),
					  next(input) & 1);
	return r;
}

static int scanout_dmabuf2(sd_bus_message *m, struct input *input)
{
	int r = append_fds(m, input);

	if (r >= 0)
		r = append_numbers(m, input, 4);
	if (r >= 0)
		r = append_array(m, input);
	if (r >= 0)
		r = append_array(m, input);
	if (r >= 0)
		r = append_numbers(m, input, 1);
	if (r >= 0)
		r = sd_bus_message_append(m, "u", fourcc(input));
	if (r >= 0)
		r = append_numbers(m, input, 2);
	return r < 0 ? r : sd_bus_message_append(m, "tb", modifier(input), next(input) & 1);
}

static int nothing(sd_bus_message *m, struct input *input)
{
	(void)m;
	(void)input;
	return 0;
}

static int mouse(sd_bus_message *m, struct input *input)
{
	return append_signed(m, input, 3);
}

static int cursor(sd_bus_message *m, struct input *input)
{
	int r = append_signed(m, input, 4);

	return r < 0 ? r : append_pixels(m, input);
}

/* Arguments of another signature than the method has. */
static int odd(sd_bus_message *m, struct input *input)
{
	int r = append_array(m, input);

	return r < 0 ? r : append_fds(m, input);
}

static const struct {
	const char *interface, *member;
	int (*append)(sd_bus_message *m, struct input *input);
} methods[] = {
	{ MAIN, "Scanout", scanout },
	{ MAIN, "Update", update },
	{ MAIN, "ScanoutDMABUF", scanout_dmabuf },
	{ MAIN, "UpdateDMABUF", rectangle },
	{ MAIN, "Disable", nothing },
	{ MAIN, "MouseSet", mouse },
	{ MAIN, "CursorDefine", cursor },
	{ MAP, "ScanoutMap", scanout_map },
	{ MAP, "UpdateMap", rectangle },
	{ DMABUF2, "ScanoutDMABUF2", scanout_dmabuf2 },
	{ MAIN, "Scanout", odd },
	{ DMABUF2, "ScanoutDMABUF2", odd },
};

static bool say_size(void *data, uint32_t *width, uint32_t *height)
{
	struct peer *p = data;

	*width = number(p->input);
	*height = number(p->input);
	return next(p->input) & 1;
}

static int on_answer(sd_bus_message *m, void *data, sd_bus_error *error)
{
	(void)m;
	(void)error;
	((struct peer *)data)->answered = true;
	return 0;
}

static void read_pixels(struct display_surface *surface)
{
	const struct display_format *format;
	volatile uint8_t sum = 0;
	const uint8_t *pixels;
	uint32_t row;

	pixels = display_surface_lock(surface, &format, &row);
	sum ^= pixels[0];
	sum ^= pixels[(size_t)row * display_surface_height(surface) * format->bytes - 1];
	(void)sum;
	display_surface_unlock(surface);
}

/* A software driver reads a linear plane without a look at its size. */
static void check_planes(const struct display_frame *frame)
{
	const struct display_format *format = display_format_find(frame->fourcc);
	bool linear = frame->modifier == DRM_FORMAT_MOD_LINEAR ||
		      frame->modifier == DRM_FORMAT_MOD_INVALID;

	require(format != NULL, "a picture has a format that we know");
	require(frame->plane_count >= 1 && frame->plane_count <= DISPLAY_FRAME_PLANES,
		"a picture has one to four planes");
	require((uint64_t)frame->x + frame->width <= frame->backing_width &&
			(uint64_t)frame->y + frame->height <= frame->backing_height,
		"what is shown lies in the buffer");
	for (uint32_t i = 0; i < frame->plane_count; i++) {
		const struct display_plane *plane = &frame->planes[i];
		off_t size = lseek(plane->fd, 0, SEEK_END);
		uint64_t end = plane->offset +
			       (uint64_t)plane->stride * (frame->backing_height - 1) +
			       (uint64_t)frame->backing_width * format->bytes;

		require(size >= 0, "a plane is a buffer");
		require(!linear || end <= (uint64_t)size, "a plane lies in its buffer");
	}
}

static void take(void)
{
	struct display_update taken;

	display_mailbox_take(peer.mailbox, display_clock_ms(), &taken);
	if (taken.has_frame) {
		require(taken.frame.width > 0 && taken.frame.height > 0 &&
				taken.frame.width <= DISPLAY_SIZE_MAX &&
				taken.frame.height <= DISPLAY_SIZE_MAX,
			"a picture has a size");
		if (taken.frame.kind == DISPLAY_FRAME_PIXELS)
			read_pixels(taken.frame.surface);
		else
			check_planes(&taken.frame);
	}
	if (taken.has_cursor && taken.cursor.pixels != NULL)
		require(taken.cursor.width > 0 && taken.cursor.height > 0 &&
				taken.cursor.hot_x >= 0 && taken.cursor.hot_y >= 0 &&
				taken.cursor.hot_x < taken.cursor.width &&
				taken.cursor.hot_y < taken.cursor.height,
			"a cursor's hot spot lies in it");
	display_update_finish(&taken);
}

static void pump(void)
{
	while (!peer.answered) {
		require(sd_bus_process(peer.qemu, NULL) >= 0, "the connection stays");
		require(sd_bus_process(peer.viewer, NULL) >= 0, "the connection stays");
	}
}

static void call(struct input *input)
{
	size_t choice = next(input) % (sizeof(methods) / sizeof(methods[0]));
	sd_bus_message *m = NULL;
	int r;

	require(sd_bus_message_new_method_call(peer.qemu, &m, NULL, PATH, methods[choice].interface,
					       methods[choice].member) >= 0,
		"a call is made");
	r = methods[choice].append(m, input);
	peer.answered = false;
	if (r >= 0)
		r = sd_bus_call_async(peer.qemu, NULL, m, on_answer, &peer, 0);
	sd_bus_message_unref(m);
	if (r < 0)
		return;
	pump();
	take();
}

static void ignore(void *data)
{
	(void)data;
}

static void connect_peer(void)
{
	sd_id128_t id;
	int pair[2];

	base_log_init("fuzz-listener", BASE_LOG_WARNING);
	require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "a socket");
	require(sd_id128_randomize(&id) == 0 && sd_bus_new(&peer.qemu) >= 0 &&
			sd_bus_set_fd(peer.qemu, pair[0], pair[0]) >= 0 &&
			sd_bus_set_server(peer.qemu, true, id) >= 0 &&
			sd_bus_negotiate_fds(peer.qemu, true) >= 0 &&
			sd_bus_start(peer.qemu) >= 0 && sd_bus_new(&peer.viewer) >= 0 &&
			sd_bus_set_fd(peer.viewer, pair[1], pair[1]) >= 0 &&
			sd_bus_negotiate_fds(peer.viewer, true) >= 0 &&
			sd_bus_start(peer.viewer) >= 0,
		"two ends of a bus");
	while (sd_bus_is_ready(peer.qemu) <= 0 || sd_bus_is_ready(peer.viewer) <= 0) {
		sd_bus_process(peer.qemu, NULL);
		sd_bus_process(peer.viewer, NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };

	if (peer.qemu == NULL)
		connect_peer();
	peer.input = &input;
	peer.mailbox = display_mailbox_create(ignore, NULL, NULL);
	peer.listener = display_listener_create(peer.viewer, peer.mailbox, say_size, &peer, NULL);
	require(peer.listener != NULL, "a listener");
	for (int i = 0; i < CALLS_MAX && input.left > 0; i++)
		call(&input);
	display_listener_destroy(peer.listener);
	display_mailbox_destroy(peer.mailbox);
	return 0;
}
