/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A QEMU with a D-Bus display (ui/dbus-*.c) and no machine: it shows what it is told,
 * also dma-bufs, which a QEMU without a vGPU has none of.
 *
 * usage: qemu-display SOCKET NAME
 *
 * Serves QMP on the socket, one client at a time, and reads commands, a line each:
 *
 *   pixels WIDTH HEIGHT RRGGBB     QEMU's own picture: its left half that colour, the right not;
 *                                 ends what flips
 *   dmabuf WIDTH HEIGHT MODIFIER  a buffer (a memfd, which passes for one)
 *   first dmabuf MODIFIER         what each viewer gets first from now on: such a buffer
 *   first nothing
 *   flip COUNT HERTZ              so many pictures of QEMU's own, each of another colour
 *   quit
 *
 * Prints "listener" for each viewer that begins to look, and "flipped" when done.
 */
#include <drm_fourcc.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#define LISTENER_PATH "/org/qemu/Display1/Listener"
#define LISTENER      "org.qemu.Display1.Listener"
#define PIXMAN_XRGB   0x20020888u
#define FIRST_US      100000

struct qemu {
	const char *name;
	sd_event *event;
	sd_event_source *client, *flips;
	int display_fd;		 /* what getfd brought; -1: nothing */
	sd_bus *display, *shown; /* the viewer's connection, and its listener; NULL: none */
	uint32_t width, height, colour;
	bool dmabuf_first, nothing_first;
	uint64_t first_modifier;
	unsigned int left; /* flips */
	uint64_t period;   /* microseconds */
};

static void die(const char *what, int error)
{
	fprintf(stderr, "qemu-display: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(1);
}

static void must(int r, const char *what)
{
	if (r < 0)
		die(what, r);
}

static void say(const char *what)
{
	puts(what);
	fflush(stdout);
}

/* The viewer is the client on both of its connections. */
static sd_bus *serve(struct qemu *qemu, int fd)
{
	sd_bus *bus = NULL;
	sd_id128_t id;

	must(sd_bus_new(&bus), "sd_bus_new");
	must(sd_bus_set_fd(bus, fd, fd), "sd_bus_set_fd");
	must(sd_id128_randomize(&id), "sd_id128_randomize");
	must(sd_bus_set_server(bus, 1, id), "sd_bus_set_server");
	must(sd_bus_negotiate_fds(bus, 1), "sd_bus_negotiate_fds");
	must(sd_bus_set_exit_on_disconnect(bus, 0), "sd_bus_set_exit_on_disconnect");
	must(sd_bus_start(bus), "sd_bus_start");
	must(sd_bus_attach_event(bus, qemu->event, 0), "sd_bus_attach_event");
	return bus;
}

/* --- what is shown --------------------------------------------------------- */

/* Nobody waits for the answer; a viewer that is gone gets none of it. */
static void send_to_listener(struct qemu *qemu, sd_bus_message *message)
{
	sd_bus_message_set_expect_reply(message, 0);
	if (qemu->shown != NULL)
		sd_bus_send(qemu->shown, message, NULL);
	sd_bus_message_unref(message);
}

static void show_pixels(struct qemu *qemu)
{
	size_t size = (size_t)qemu->width * qemu->height * 4;
	sd_bus_message *message = NULL;
	uint32_t *pixels;
	void *space;

	if (qemu->shown == NULL)
		return;
	must(sd_bus_message_new_method_call(qemu->shown, &message, NULL, LISTENER_PATH, LISTENER,
					    "Scanout"),
	     "Scanout");
	must(sd_bus_message_append(message, "uuuu", qemu->width, qemu->height, qemu->width * 4,
				   PIXMAN_XRGB),
	     "Scanout");
	must(sd_bus_message_append_array_space(message, 'y', size, &space), "Scanout");
	pixels = space;
	for (size_t i = 0; i < size / 4; i++)
		pixels[i] = i % qemu->width < qemu->width / 2 ? qemu->colour : ~qemu->colour;
	send_to_listener(qemu, message);
}

static void show_dmabuf(struct qemu *qemu, uint64_t modifier)
{
	int fd = memfd_create("dmabuf", MFD_CLOEXEC);
	sd_bus_message *message = NULL;

	if (qemu->shown == NULL)
		return;
	if (fd < 0 || ftruncate(fd, (off_t)qemu->width * qemu->height * 4) < 0)
		die("memfd", errno);
	must(sd_bus_message_new_method_call(qemu->shown, &message, NULL, LISTENER_PATH, LISTENER,
					    "ScanoutDMABUF"),
	     "ScanoutDMABUF");
	must(sd_bus_message_append(message, "huuuutb", fd, qemu->width, qemu->height,
				   qemu->width * 4, DRM_FORMAT_XRGB8888, modifier, 0),
	     "ScanoutDMABUF");
	send_to_listener(qemu, message);
	close(fd);
	must(sd_bus_message_new_method_call(qemu->shown, &message, NULL, LISTENER_PATH, LISTENER,
					    "UpdateDMABUF"),
	     "UpdateDMABUF");
	must(sd_bus_message_append(message, "iiii", 0, 0, (int)qemu->width, (int)qemu->height),
	     "UpdateDMABUF");
	send_to_listener(qemu, message);
}

static int on_flip(sd_event_source *source, uint64_t usec, void *data)
{
	struct qemu *qemu = data;

	qemu->colour += 0x010305;
	show_pixels(qemu);
	if (--qemu->left == 0) {
		say("flipped");
		return 0;
	}
	sd_event_source_set_time(source, usec + qemu->period);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* --- org.qemu.Display1 ----------------------------------------------------- */

/* sd-bus refuses a buffer that comes together with the last words of a handshake. */
static int show_first(sd_event_source *source, uint64_t usec, void *data)
{
	struct qemu *qemu = data;

	(void)source;
	(void)usec;
	if (qemu->dmabuf_first)
		show_dmabuf(qemu, qemu->first_modifier);
	else if (!qemu->nothing_first)
		show_pixels(qemu);
	say("listener");
	return 0;
}

static int on_register(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct qemu *qemu = data;
	int fd = -1;

	(void)error;
	if (sd_bus_message_read(m, "h", &fd) < 0)
		return -EINVAL;
	must(sd_bus_reply_method_return(m, ""), "RegisterListener");
	sd_bus_close_unref(qemu->shown);
	qemu->shown = serve(qemu, dup(fd));
	must(sd_event_add_time_relative(qemu->event, NULL, CLOCK_MONOTONIC, FIRST_US, 1000,
					show_first, qemu),
	     "first picture");
	return 1;
}

static int get_ids(sd_bus *bus, const char *path, const char *interface, const char *property,
		   sd_bus_message *reply, void *data, sd_bus_error *error)
{
	static const uint32_t ids[] = { 0 };

	(void)bus, (void)path, (void)interface, (void)property, (void)data, (void)error;
	return sd_bus_message_append_array(reply, 'u', ids, sizeof(ids));
}

static int get_text(sd_bus *bus, const char *path, const char *interface, const char *property,
		    sd_bus_message *reply, void *data, sd_bus_error *error)
{
	const struct qemu *qemu = data;

	(void)bus, (void)path, (void)interface, (void)error;
	return sd_bus_message_append(reply, "s",
				     strcmp(property, "Name") == 0 ? qemu->name : "Graphic");
}

static int get_true(sd_bus *bus, const char *path, const char *interface, const char *property,
		    sd_bus_message *reply, void *data, sd_bus_error *error)
{
	(void)bus, (void)path, (void)interface, (void)property, (void)data, (void)error;
	return sd_bus_message_append(reply, "b", 1);
}

static const sd_bus_vtable vm_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Name", "s", get_text, 0, 0),
	SD_BUS_PROPERTY("ConsoleIDs", "au", get_ids, 0, 0),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable console_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Type", "s", get_text, 0, 0),
	SD_BUS_PROPERTY("Label", "s", get_text, 0, 0),
	SD_BUS_PROPERTY("Width", "u", NULL, offsetof(struct qemu, width), 0),
	SD_BUS_PROPERTY("Height", "u", NULL, offsetof(struct qemu, height), 0),
	SD_BUS_METHOD("RegisterListener", "h", "", on_register, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable mouse_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("IsAbsolute", "b", get_true, 0, 0),
	SD_BUS_VTABLE_END,
};

#define CONSOLE_PATH "/org/qemu/Display1/Console_0"

static void open_display(struct qemu *qemu)
{
	sd_bus *bus = serve(qemu, qemu->display_fd);

	qemu->display_fd = -1;
	sd_bus_close_unref(qemu->display);
	qemu->display = bus;
	must(sd_bus_add_object_vtable(bus, NULL, "/org/qemu/Display1/VM", "org.qemu.Display1.VM",
				      vm_vtable, qemu),
	     "VM");
	must(sd_bus_add_object_vtable(bus, NULL, CONSOLE_PATH, "org.qemu.Display1.Console",
				      console_vtable, qemu),
	     "Console");
	must(sd_bus_add_object_vtable(bus, NULL, CONSOLE_PATH, "org.qemu.Display1.Mouse",
				      mouse_vtable, qemu),
	     "Mouse");
}

/* --- QMP ------------------------------------------------------------------- */

static ssize_t receive(struct qemu *qemu, int socket, char *line, size_t size)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec data = { .iov_base = line, .iov_len = size - 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);

	if (n > 0 && CMSG_FIRSTHDR(&message) != NULL)
		memcpy(&qemu->display_fd, CMSG_DATA(&control.header), sizeof(int));
	line[n > 0 ? n : 0] = '\0';
	return n;
}

static int on_command(sd_event_source *source, int socket, uint32_t events, void *data)
{
	struct qemu *qemu = data;
	char line[4096];

	(void)source;
	(void)events;
	if (receive(qemu, socket, line, sizeof(line)) <= 0) {
		qemu->client = sd_event_source_disable_unref(qemu->client);
		return 0;
	}
	dprintf(socket, "{\"return\": {}}\n");
	if (strstr(line, "add_client") != NULL)
		open_display(qemu);
	return 0;
}

static int on_client(sd_event_source *source, int listening, uint32_t events, void *data)
{
	struct qemu *qemu = data;
	int socket = accept4(listening, NULL, NULL, SOCK_CLOEXEC);

	(void)source;
	(void)events;
	must(socket, "accept");
	sd_event_source_disable_unref(qemu->client);
	must(sd_event_add_io(qemu->event, &qemu->client, socket, EPOLLIN, on_command, qemu), "QMP");
	must(sd_event_source_set_io_fd_own(qemu->client, 1), "QMP");
	dprintf(socket, "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\n");
	return 0;
}

/* --- standard input -------------------------------------------------------- */

static void obey(struct qemu *qemu, const char *line)
{
	uint64_t modifier;
	unsigned int hertz;

	if (sscanf(line, "pixels %u %u %x", &qemu->width, &qemu->height, &qemu->colour) == 3) {
		sd_event_source_set_enabled(qemu->flips, SD_EVENT_OFF);
		show_pixels(qemu);
	} else if (sscanf(line, "dmabuf %u %u %lx", &qemu->width, &qemu->height, &modifier) == 3) {
		show_dmabuf(qemu, modifier);
	} else if (sscanf(line, "first dmabuf %lx", &qemu->first_modifier) == 1) {
		qemu->dmabuf_first = true;
	} else if (strcmp(line, "first nothing") == 0) {
		qemu->nothing_first = true;
	} else if (sscanf(line, "flip %u %u", &qemu->left, &hertz) == 2) {
		qemu->period = 1000000 / hertz;
		sd_event_source_set_time_relative(qemu->flips, 0);
		sd_event_source_set_enabled(qemu->flips, SD_EVENT_ONESHOT);
	} else {
		sd_event_exit(qemu->event, strncmp(line, "quit", 4) == 0 ? 0 : 2);
	}
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *data)
{
	static char text[4096];
	static size_t length;
	struct qemu *qemu = data;
	ssize_t n = read(fd, text + length, sizeof(text) - 1 - length);
	char *end;

	(void)source;
	(void)events;
	if (n <= 0)
		return sd_event_exit(qemu->event, 0);
	length += (size_t)n;
	text[length] = '\0';
	while ((end = strchr(text, '\n')) != NULL) {
		*end = '\0';
		obey(qemu, text);
		length -= (size_t)(end + 1 - text);
		memmove(text, end + 1, length + 1);
	}
	return 0;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		die(path, ENAMETOOLONG);
	memcpy(address.sun_path, path, strlen(path));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 4) < 0)
		die(path, errno);
	return fd;
}

int main(int argc, char **argv)
{
	struct qemu qemu = { .display_fd = -1, .width = 640, .height = 480, .colour = 0x204060 };
	int status;

	if (argc != 3) {
		fprintf(stderr, "usage: qemu-display SOCKET NAME\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	qemu.name = argv[2];
	must(sd_event_new(&qemu.event), "sd_event_new");
	must(sd_event_add_io(qemu.event, NULL, listen_at(argv[1]), EPOLLIN, on_client, &qemu),
	     "QMP");
	must(sd_event_add_io(qemu.event, NULL, STDIN_FILENO, EPOLLIN, on_input, &qemu), "input");
	must(sd_event_add_time(qemu.event, &qemu.flips, CLOCK_MONOTONIC, UINT64_MAX, 1000, on_flip,
			       &qemu),
	     "flips");
	sd_event_source_set_enabled(qemu.flips, SD_EVENT_OFF);
	status = sd_event_loop(qemu.event);
	sd_bus_close_unref(qemu.shown);
	sd_bus_close_unref(qemu.display);
	return status < 0 ? 1 : status;
}
