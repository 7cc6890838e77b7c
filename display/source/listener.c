/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/listener.h"
#include "display/picture/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "display/picture/format.h"
#include "display/picture/frame.h"
#include "display/picture/size.h"
#include "display/source/dmabuf.h"
#include "vgpu/base/log.h"

#define PATH	      "/org/qemu/Display1/Listener"
#define INTERFACE     "org.qemu.Display1.Listener"
#define MAP_INTERFACE "org.qemu.Display1.Listener.Unix.Map"
#define DMABUF2	      "org.qemu.Display1.Listener.Unix.ScanoutDMABUF2"

struct map {
	int fd; /* owned; -1: the picture comes as bytes */
	uint64_t offset;
	uint32_t stride;
};

struct display_listener {
	struct display_mailbox *mailbox;
	display_listener_size_fn *size;
	void *size_data;
	sd_bus_slot *objects[3];
	struct display_surface *surface; /* a reference; NULL: the picture is not in our memory */
	struct map map;
	uint32_t width, height; /* of the dma-buf on the screen; 0: none */
	bool warned;
};

/*
 * Only the first refusal is a warning, later ones are debug messages: otherwise a broken or
 * hostile guest could fill the log.
 */
static int refuse(struct display_listener *listener, sd_bus_message *m,
		  const struct base_error *why)
{
	const char *text = why->message != NULL ? why->message : "bad arguments";

	base_log(listener->warned ? BASE_LOG_DEBUG : BASE_LOG_WARNING, "ignored QEMU's %s: %s",
		 sd_bus_message_get_member(m), text);
	listener->warned = true;
	return sd_bus_reply_method_errorf(m, SD_BUS_ERROR_INVALID_ARGS, "%s", text);
}

static int done(sd_bus_message *m)
{
	return sd_bus_reply_method_return(m, NULL);
}

static void forget_pixels(struct display_listener *listener)
{
	display_surface_unref(BASE_STEAL_PTR(listener->surface));
	base_cleanup_fd(&listener->map.fd);
}

static void put_surface(struct display_listener *listener)
{
	struct display_frame frame = DISPLAY_FRAME_INIT;

	frame.kind = DISPLAY_FRAME_PIXELS;
	frame.width = display_surface_width(listener->surface);
	frame.height = display_surface_height(listener->surface);
	frame.surface = display_surface_ref(listener->surface);
	listener->width = listener->height = 0;
	display_mailbox_put_frame(listener->mailbox, &frame);
}

/* Whether the current surface can hold a new picture, because it has the same layout. */
static bool suits(const struct display_surface *surface, uint32_t width, uint32_t height,
		  const struct display_format *format)
{
	return surface != NULL && display_surface_width(surface) == width &&
	       display_surface_height(surface) == height &&
	       display_surface_format(surface) == format;
}

/*
 * Makes a surface for the picture, fills it, and only then replaces the old one with it.
 * Exactly one of data and map->fd is given.
 */
static int switch_surface(struct display_listener *listener, uint32_t width, uint32_t height,
			  uint32_t pixman, uint32_t stride, const void *data, size_t size,
			  struct map *map, struct base_error *err)
{
	const struct display_format *format = display_format_find_pixman(pixman);
	struct display_rect all = { .width = (int32_t)width, .height = (int32_t)height };
	struct display_surface *surface = listener->surface;
	char name[DISPLAY_FORMAT_NAME_SIZE];
	int result;

	if (format == NULL)
		return base_error_set(err, BASE_FAILED, "unknown pixman format 0x%08x", pixman);
	if (suits(surface, width, height, format))
		display_surface_ref(surface);
	else
		surface = display_surface_create(width, height, format, err);
	if (surface == NULL)
		return -1;
	result = map->fd >= 0
			 ? display_surface_read(surface, &all, map->fd, map->offset, stride, err)
			 : display_surface_write(surface, &all, data, size, stride, err);
	if (result < 0) {
		display_surface_unref(surface);
		return -1;
	}
	if (surface != listener->surface || (map->fd >= 0) != (listener->map.fd >= 0))
		base_debug("picture of %ux%u %s, %s", width, height,
			   display_format_name(format->fourcc, name),
			   map->fd >= 0 ? "in shared memory" : "sent");
	forget_pixels(listener);
	listener->surface = surface;
	listener->map = *map;
	map->fd = -1;
	put_surface(listener);
	return 0;
}

static int handle_scanout(sd_bus_message *m, void *data, sd_bus_error *error)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	struct display_listener *listener = data;
	uint32_t width, height, stride, format;
	struct map none = { .fd = -1 };
	const void *pixels;
	size_t size;
	int r;

	(void)error;
	r = sd_bus_message_read(m, "uuuu", &width, &height, &stride, &format);
	if (r >= 0)
		r = sd_bus_message_read_array(m, 'y', &pixels, &size);
	if (r < 0)
		return r;
	if (switch_surface(listener, width, height, format, stride, pixels, size, &none, &why) < 0)
		return refuse(listener, m, &why);
	return done(m);
}

void display_listener_follow_size(struct display_listener *listener, uint32_t width,
				  uint32_t height)
{
	struct display_surface *old = listener->surface;
	struct display_surface *surface;

	/* With shared memory or a dma-buf QEMU sends a new scanout when the size changes. */
	if (old == NULL || listener->map.fd >= 0 ||
	    suits(old, width, height, display_surface_format(old)))
		return;
	surface = display_surface_create(width, height, display_surface_format(old), NULL);
	if (surface == NULL)
		return;
	display_surface_copy(surface, old);
	display_surface_unref(old);
	listener->surface = surface;
	put_surface(listener);
}

static void ask_size(struct display_listener *listener)
{
	uint32_t width, height;

	if (listener->size(listener->size_data, &width, &height))
		display_listener_follow_size(listener, width, height);
}

static int write_update(struct display_listener *listener, const struct display_rect *rect,
			uint32_t pixman, uint32_t stride, const void *pixels, size_t size,
			struct base_error *err)
{
	if (listener->surface == NULL)
		return base_error_set(err, BASE_FAILED, "there is no picture to update");
	if (display_format_find_pixman(pixman) != display_surface_format(listener->surface))
		return base_error_set(err, BASE_FAILED,
				      "the update's format 0x%08x is not the picture's", pixman);
	if (!display_rect_fits(rect, display_surface_width(listener->surface),
			       display_surface_height(listener->surface)))
		ask_size(listener);
	return display_surface_write(listener->surface, rect, pixels, size, stride, err);
}

static int handle_update(sd_bus_message *m, void *data, sd_bus_error *error)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	struct display_listener *listener = data;
	uint32_t stride, format;
	struct display_rect rect;
	const void *pixels;
	size_t size;
	int r;

	(void)error;
	r = sd_bus_message_read(m, "iiiiuu", &rect.x, &rect.y, &rect.width, &rect.height, &stride,
				&format);
	if (r >= 0)
		r = sd_bus_message_read_array(m, 'y', &pixels, &size);
	if (r < 0)
		return r;
	if (write_update(listener, &rect, format, stride, pixels, size, &why) < 0)
		return refuse(listener, m, &why);
	display_mailbox_put_damage(listener->mailbox, &rect);
	return done(m);
}

/* Only a regular file is accepted: reading from anything else could block the bus. */
static int check_regular(int fd, struct base_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return base_error_errno(err, errno, "cannot examine QEMU's shared memory");
	if (!S_ISREG(st.st_mode))
		return base_error_set(err, BASE_FAILED, "the fd is not shared memory");
	return 0;
}

static int handle_scanout_map(sd_bus_message *m, void *data, sd_bus_error *error)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	struct display_listener *listener = data;
	uint32_t offset, width, height, stride, format;
	struct map map = { .fd = -1 };
	int fd, r;

	(void)error;
	r = sd_bus_message_read(m, "huuuuu", &fd, &offset, &width, &height, &stride, &format);
	if (r < 0)
		return r;
	if (check_regular(fd, &why) < 0)
		return refuse(listener, m, &why);
	map = (struct map){ .fd = fcntl(fd, F_DUPFD_CLOEXEC, 3),
			    .offset = offset,
			    .stride = stride };
	if (map.fd < 0)
		base_error_errno(&why, errno, "cannot keep QEMU's shared memory");
	if (map.fd < 0 ||
	    switch_surface(listener, width, height, format, stride, NULL, 0, &map, &why) < 0) {
		base_cleanup_fd(&map.fd);
		return refuse(listener, m, &why);
	}
	return done(m);
}

static int handle_update_map(sd_bus_message *m, void *data, sd_bus_error *error)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	struct display_listener *listener = data;
	struct display_rect rect;
	int r;

	(void)error;
	r = sd_bus_message_read(m, "iiii", &rect.x, &rect.y, &rect.width, &rect.height);
	if (r < 0)
		return r;
	if (listener->surface == NULL || listener->map.fd < 0) {
		base_error_set(&why, BASE_FAILED, "there is no shared memory to update from");
		return refuse(listener, m, &why);
	}
	if (display_surface_read(listener->surface, &rect, listener->map.fd, listener->map.offset,
				 listener->map.stride, &why) < 0)
		return refuse(listener, m, &why);
	display_mailbox_put_damage(listener->mailbox, &rect);
	return done(m);
}

static int put_dmabuf(struct display_listener *listener, sd_bus_message *m,
		      struct display_frame *frame)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (display_frame_check(frame, &why) < 0)
		return refuse(listener, m, &why);
	forget_pixels(listener);
	listener->width = frame->width;
	listener->height = frame->height;
	display_mailbox_put_frame(listener->mailbox, frame);
	return done(m);
}

static int handle_scanout_dmabuf(sd_bus_message *m, void *data, sd_bus_error *error)
{
	BASE_AUTO(display_frame) struct display_frame frame = DISPLAY_FRAME_INIT;
	int r = display_dmabuf_read(m, &frame);

	(void)error;
	return r < 0 ? r : put_dmabuf(data, m, &frame);
}

static int handle_scanout_dmabuf2(sd_bus_message *m, void *data, sd_bus_error *error)
{
	BASE_AUTO(display_frame) struct display_frame frame = DISPLAY_FRAME_INIT;
	int r = display_dmabuf_read2(m, &frame);

	(void)error;
	return r < 0 ? r : put_dmabuf(data, m, &frame);
}

/*
 * QEMU blocks the guest's drawing until this call is answered, so the answer is sent before
 * anything is drawn.
 */
static int handle_update_dmabuf(sd_bus_message *m, void *data, sd_bus_error *error)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	struct display_listener *listener = data;
	struct display_rect rect;
	int r;

	(void)error;
	r = sd_bus_message_read(m, "iiii", &rect.x, &rect.y, &rect.width, &rect.height);
	if (r < 0)
		return r;
	if (listener->width == 0) {
		base_error_set(&why, BASE_FAILED, "there is no dma-buf to update");
		return refuse(listener, m, &why);
	}
	r = done(m);
	/* The guest may have changed its mode meanwhile. */
	rect = display_rect_clip(&rect, listener->width, listener->height);
	if (!display_rect_is_empty(&rect))
		display_mailbox_put_damage(listener->mailbox, &rect);
	return r;
}

static int handle_disable(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct display_listener *listener = data;

	(void)error;
	display_mailbox_put_disable(listener->mailbox, display_clock_ms());
	return done(m);
}

/* Whether a pointer at that place could be partly inside the picture. */
static bool is_near(int32_t place)
{
	return place >= -DISPLAY_CURSOR_MAX && place <= (int32_t)DISPLAY_SIZE_MAX;
}

static int handle_mouse_set(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct display_listener *listener = data;
	int32_t x, y, on;
	int r;

	(void)error;
	r = sd_bus_message_read(m, "iii", &x, &y, &on);
	if (r < 0)
		return r;
	/* A pointer far outside is hidden, because its place is multiplied when it is drawn. */
	if (!is_near(x) || !is_near(y))
		on = 0;
	display_mailbox_put_pointer(listener->mailbox, on ? x : 0, on ? y : 0, on);
	return done(m);
}

static int handle_cursor_define(sd_bus_message *m, void *data, sd_bus_error *error)
{
	BASE_AUTO(display_cursor) struct display_cursor cursor = { 0 };
	BASE_AUTO(base_error) struct base_error why = { 0 };
	struct display_listener *listener = data;
	int32_t width, height, hot_x, hot_y;
	const void *pixels;
	size_t size;
	int r;

	(void)error;
	r = sd_bus_message_read(m, "iiii", &width, &height, &hot_x, &hot_y);
	if (r >= 0)
		r = sd_bus_message_read_array(m, 'y', &pixels, &size);
	if (r < 0)
		return r;
	if (display_cursor_init(&cursor, width, height, hot_x, hot_y, pixels, size, &why) < 0)
		return refuse(listener, m, &why);
	display_mailbox_put_cursor(listener->mailbox, &cursor);
	return done(m);
}

static int get_interfaces(sd_bus *bus, const char *path, const char *interface,
			  const char *property, sd_bus_message *reply, void *data,
			  sd_bus_error *error)
{
	(void)bus;
	(void)path;
	(void)interface;
	(void)property;
	(void)data;
	(void)error;
	return sd_bus_message_append(reply, "as", 2, MAP_INTERFACE, DMABUF2);
}

#define METHOD(name, signature, handler)                                                           \
	SD_BUS_METHOD(name, signature, "", handler, SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable listener_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("Scanout", "uuuuay", handle_scanout),
	METHOD("Update", "iiiiuuay", handle_update),
	METHOD("ScanoutDMABUF", "huuuutb", handle_scanout_dmabuf),
	METHOD("UpdateDMABUF", "iiii", handle_update_dmabuf),
	METHOD("Disable", "", handle_disable),
	METHOD("MouseSet", "iii", handle_mouse_set),
	METHOD("CursorDefine", "iiiiay", handle_cursor_define),
	SD_BUS_PROPERTY("Interfaces", "as", get_interfaces, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable map_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("ScanoutMap", "huuuuu", handle_scanout_map),
	METHOD("UpdateMap", "iiii", handle_update_map),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable dmabuf2_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("ScanoutDMABUF2", "ahuuuuauauuuuutb", handle_scanout_dmabuf2),
	SD_BUS_VTABLE_END,
};

struct display_listener *display_listener_create(sd_bus *bus, struct display_mailbox *mailbox,
						 display_listener_size_fn *size, void *data,
						 struct base_error *err)
{
	static const struct {
		const char *interface;
		const sd_bus_vtable *vtable;
	} objects[] = {
		{ INTERFACE, listener_vtable },
		{ MAP_INTERFACE, map_vtable },
		{ DMABUF2, dmabuf2_vtable },
	};
	struct display_listener *listener = calloc(1, sizeof(*listener));
	int r = -ENOMEM;

	if (listener != NULL) {
		listener->mailbox = mailbox;
		listener->size = size;
		listener->size_data = data;
		listener->map.fd = -1;
		r = 0;
	}
	for (size_t i = 0; r >= 0 && i < sizeof(objects) / sizeof(objects[0]); i++)
		r = sd_bus_add_object_vtable(bus, &listener->objects[i], PATH, objects[i].interface,
					     objects[i].vtable, listener);
	if (r < 0) {
		base_error_errno(err, -r, "cannot listen to QEMU");
		display_listener_destroy(listener);
		return NULL;
	}
	return listener;
}

void display_listener_set_mailbox(struct display_listener *listener,
				  struct display_mailbox *mailbox)
{
	listener->mailbox = mailbox;
}

void display_listener_destroy(struct display_listener *listener)
{
	if (listener == NULL)
		return;
	for (size_t i = 0; i < 3; i++)
		sd_bus_slot_unref(listener->objects[i]);
	forget_pixels(listener);
	free(listener);
}
