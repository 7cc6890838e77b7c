/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source and a QEMU that does what the test wants: hangs, shows nothing, or says
 * nothing at all. The QEMU is a thread with a QMP socket and a D-Bus display of two
 * screens.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <unistd.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/picture/clock.h"
#include "display/source/source.h"
#include "vgpu/base/cleanup.h"

#define SCREENS	    2
#define PIXMAN_XRGB 0x20020888u
#define PATIENCE_MS 8000
#define LISTENERS   8

struct listener {
	sd_bus *bus;
	int screen; /* from 0 on */
	bool has_picture;
	atomic_bool closed;
};

struct qemu {
	char path[64];
	int socket, client;
	sd_event *event;
	sd_event_source *commands; /* the client's */
	pthread_t thread;
	int display; /* the socket for D-Bus, from getfd until add_client */
	sd_bus *bus;
	struct listener listeners[LISTENERS];

	/* The test's. */
	atomic_bool stop, hangs;
	atomic_bool restarts;	     /* ends in good order, and is back when this is false again */
	bool is_deaf;		     /* lets a display's client in and never answers */
	atomic_bool draws[SCREENS];  /* has a picture for who listens */
	atomic_int clients, listens; /* displays and listeners that there were */
	atomic_int questions;	     /* for a screen's width */
};

struct fixture {
	struct qemu qemu;
	struct display_mailbox *mailbox;
	struct display_input *input;
	struct display_source *source;

	/* As it was taken last. */
	struct display_status status;
	struct display_wait wait;
	uint32_t width; /* of the picture; 0: none */
	bool blank, ended;
	struct base_error error;
};

static void ignore(void *data)
{
	(void)data;
}

static sd_bus *serve_bus(struct qemu *qemu, int fd)
{
	sd_bus *bus = NULL;
	sd_id128_t id;

	assert_int_equal(sd_id128_randomize(&id), 0);
	assert_true(sd_bus_new(&bus) >= 0);
	assert_true(sd_bus_set_fd(bus, fd, fd) >= 0);
	assert_true(sd_bus_set_server(bus, true, id) >= 0);
	assert_true(sd_bus_negotiate_fds(bus, true) >= 0);
	assert_true(sd_bus_set_exit_on_disconnect(bus, false) >= 0);
	assert_true(sd_bus_attach_event(bus, qemu->event, 0) >= 0);
	return bus;
}

static int on_listener_closed(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct listener *listener = data;

	(void)m;
	(void)error;
	atomic_store(&listener->closed, true);
	return 0;
}

static int screen_of(const char *path)
{
	return path[strlen(path) - 1] - '0';
}

static int register_listener(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct qemu *qemu = data;
	int number = atomic_load(&qemu->listens), fd = -1;
	struct listener *listener = &qemu->listeners[number];

	(void)error;
	assert_true(number < LISTENERS);
	assert_true(sd_bus_message_read(m, "h", &fd) >= 0);
	listener->screen = screen_of(sd_bus_message_get_path(m));
	listener->bus = serve_bus(qemu, dup(fd));
	assert_true(sd_bus_match_signal(listener->bus, NULL, NULL, NULL,
					"org.freedesktop.DBus.Local", "Disconnected",
					on_listener_closed, listener) >= 0);
	assert_true(sd_bus_reply_method_return(m, NULL) >= 0);
	assert_true(sd_bus_start(listener->bus) >= 0);
	atomic_store(&qemu->listens, number + 1);
	return 1;
}

static int ignore_call(sd_bus_message *m, void *data, sd_bus_error *error)
{
	(void)data;
	(void)error;
	return sd_bus_reply_method_return(m, NULL);
}

static int get_property(sd_bus *bus, const char *path, const char *interface, const char *name,
			sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct qemu *qemu = data;

	(void)bus;
	(void)interface;
	(void)error;
	if (strcmp(name, "ConsoleIDs") == 0)
		return sd_bus_message_append(reply, "au", 2, 0, 1);
	if (strcmp(name, "Width") == 0) {
		atomic_fetch_add(&qemu->questions, 1);
		return sd_bus_message_append(reply, "u", 16 * (screen_of(path) + 1));
	}
	if (strcmp(name, "Height") == 0)
		return sd_bus_message_append(reply, "u", 8);
	if (strcmp(name, "IsAbsolute") == 0)
		return sd_bus_message_append(reply, "b", 1);
	return sd_bus_message_append(reply, "s",
				     strcmp(name, "Type") == 0	 ? "Graphic"
				     : strcmp(name, "Name") == 0 ? "fake"
								 : "label");
}

#define PROPERTY(name, type) SD_BUS_PROPERTY(name, type, get_property, 0, 0)
#define METHOD(name, arguments, handler)                                                           \
	SD_BUS_METHOD(name, arguments, "", handler, SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable vm_vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROPERTY("Name", "s"),
	PROPERTY("ConsoleIDs", "au"),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable console_vtable[] = {
	SD_BUS_VTABLE_START(0),	 PROPERTY("Type", "s"),
	PROPERTY("Label", "s"),	 PROPERTY("Width", "u"),
	PROPERTY("Height", "u"), METHOD("RegisterListener", "h", register_listener),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable mouse_vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROPERTY("IsAbsolute", "b"),
	METHOD("RelMotion", "ii", ignore_call),
	SD_BUS_VTABLE_END,
};

static void serve_display(struct qemu *qemu)
{
	static const char *const consoles[] = { "/org/qemu/Display1/Console_0",
						"/org/qemu/Display1/Console_1" };

	qemu->bus = serve_bus(qemu, qemu->display);
	qemu->display = -1;
	assert_true(sd_bus_add_object_vtable(qemu->bus, NULL, "/org/qemu/Display1/VM",
					     "org.qemu.Display1.VM", vm_vtable, qemu) >= 0);
	for (size_t i = 0; i < SCREENS; i++) {
		assert_true(sd_bus_add_object_vtable(qemu->bus, NULL, consoles[i],
						     "org.qemu.Display1.Console", console_vtable,
						     qemu) >= 0);
		assert_true(sd_bus_add_object_vtable(qemu->bus, NULL, consoles[i],
						     "org.qemu.Display1.Mouse", mouse_vtable,
						     qemu) >= 0);
	}
	assert_true(sd_bus_start(qemu->bus) >= 0);
}

/* One line, and what may have come with it. False: the client has hung up. */
static bool read_command(struct qemu *qemu, char *text, size_t size)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec data = { .iov_base = text, .iov_len = size - 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(qemu->client, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);

	if (n <= 0)
		return false;
	text[n] = '\0';
	if (part != NULL)
		memcpy(&qemu->display, CMSG_DATA(part), sizeof(int));
	return true;
}

static int on_command(sd_event_source *source, int fd, uint32_t events, void *data)
{
	static const char done[] = "{\"return\": {}}\n";
	struct qemu *qemu = data;
	char text[4096];

	(void)fd;
	(void)events;
	if (!read_command(qemu, text, sizeof(text)))
		return sd_event_source_set_enabled(source, SD_EVENT_OFF);
	if (strstr(text, "add_client") != NULL) {
		atomic_fetch_add(&qemu->clients, 1);
		if (!qemu->is_deaf)
			serve_display(qemu);
	}
	send(qemu->client, done, sizeof(done) - 1, MSG_NOSIGNAL);
	return 0;
}

static int on_client(sd_event_source *source, int fd, uint32_t events, void *data)
{
	static const char greeting[] = "{\"QMP\": {}}\n";
	struct qemu *qemu = data;

	(void)source;
	(void)events;
	qemu->client = accept(fd, NULL, NULL);
	send(qemu->client, greeting, sizeof(greeting) - 1, MSG_NOSIGNAL);
	return sd_event_add_io(qemu->event, &qemu->commands, qemu->client, EPOLLIN, on_command,
			       qemu);
}

static void draw(struct listener *listener)
{
	static const uint32_t pixels[16 * SCREENS * 8];
	uint32_t width = 16 * ((uint32_t)listener->screen + 1);
	sd_bus_message *m = NULL;

	listener->has_picture = true;
	assert_true(sd_bus_message_new_method_call(listener->bus, &m, NULL,
						   "/org/qemu/Display1/Listener",
						   "org.qemu.Display1.Listener", "Scanout") >= 0);
	assert_true(sd_bus_message_append(m, "uuuu", width, 8, width * 4, PIXMAN_XRGB) >= 0);
	assert_true(sd_bus_message_append_array(m, 'y', pixels, (size_t)width * 4 * 8) >= 0);
	assert_true(sd_bus_send(listener->bus, m, NULL) >= 0);
	sd_bus_message_unref(m);
}

static void hang_up(struct qemu *qemu)
{
	for (int i = 0; i < LISTENERS; i++) {
		sd_bus_close_unref(qemu->listeners[i].bus);
		qemu->listeners[i] = (struct listener){ 0 };
	}
	atomic_store(&qemu->listens, 0);
	qemu->bus = sd_bus_close_unref(qemu->bus);
	qemu->commands = sd_event_source_disable_unref(qemu->commands);
	base_cleanup_fd(&qemu->display);
	base_cleanup_fd(&qemu->client);
}

static void restart(struct qemu *qemu)
{
	static const char shutdown[] = "{\"event\": \"SHUTDOWN\"}\n";

	send(qemu->client, shutdown, sizeof(shutdown) - 1, MSG_NOSIGNAL);
	hang_up(qemu);
	atomic_store(&qemu->restarts, false);
}

static void *run_qemu(void *data)
{
	struct qemu *qemu = data;

	while (!atomic_load(&qemu->stop)) {
		if (atomic_load(&qemu->restarts))
			restart(qemu);
		if (atomic_load(&qemu->hangs)) {
			usleep(2000);
			continue;
		}
		assert_true(sd_event_run(qemu->event, 2000) >= 0);
		for (int i = 0; i < atomic_load(&qemu->listens); i++) {
			struct listener *listener = &qemu->listeners[i];

			if (!listener->has_picture && !atomic_load(&listener->closed) &&
			    atomic_load(&qemu->draws[listener->screen]))
				draw(listener);
		}
	}
	return NULL;
}

static void start_qemu(struct qemu *qemu)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(qemu->path, sizeof(qemu->path), "/tmp/test-display-source-%d", (int)getpid());
	memcpy(address.sun_path, qemu->path, sizeof(qemu->path));
	unlink(qemu->path);
	qemu->client = qemu->display = -1;
	qemu->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(qemu->socket, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(qemu->socket, 1), 0);
	assert_true(sd_event_new(&qemu->event) >= 0);
	assert_true(sd_event_add_io(qemu->event, NULL, qemu->socket, EPOLLIN, on_client, qemu) >=
		    0);
	assert_int_equal(pthread_create(&qemu->thread, NULL, run_qemu, qemu), 0);
}

static void stop_qemu(struct qemu *qemu)
{
	atomic_store(&qemu->stop, true);
	pthread_join(qemu->thread, NULL);
	hang_up(qemu);
	sd_event_unref(qemu->event);
	close(qemu->socket);
	unlink(qemu->path);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	for (int i = 0; i < SCREENS; i++)
		atomic_store(&f->qemu.draws[i], true);
	f->mailbox = display_mailbox_create(ignore, NULL, NULL);
	f->input = display_input_create(NULL);
	assert_non_null(f->mailbox);
	assert_non_null(f->input);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int64_t began = display_clock_ms();

	assert_true(display_source_destroy(f->source));
	assert_true(display_clock_ms() - began < 1000);
	stop_qemu(&f->qemu);
	display_mailbox_destroy(f->mailbox);
	display_input_destroy(f->input);
	base_error_finish(&f->error);
	free(f);
	return 0;
}

static void take(struct fixture *f)
{
	struct display_update update;

	display_mailbox_take(f->mailbox, display_clock_ms(), &update);
	if (update.has_status)
		f->status = update.status;
	if (update.has_wait)
		f->wait = update.wait;
	if (update.has_frame)
		f->width = update.frame.width;
	if (update.has_frame || update.blank)
		f->blank = update.blank;
	if (update.ended && !f->ended) {
		f->error = update.error;
		update.error = (struct base_error){ 0 };
	}
	f->ended = update.ended;
	display_update_finish(&update);
}

/* Until the condition, which sees what was taken, holds; or time is up, which fails. */
#define AWAIT(f, condition)                                                                        \
	do {                                                                                       \
		int64_t until = display_clock_ms() + PATIENCE_MS;                                  \
                                                                                                   \
		for (take(f); !(condition) && display_clock_ms() < until; take(f))                 \
			usleep(2000);                                                              \
		assert_true(condition);                                                            \
	} while (0)

static void pass(struct fixture *f, int ms)
{
	int64_t until = display_clock_ms() + ms;

	while (display_clock_ms() < until) {
		take(f);
		usleep(2000);
	}
}

static void look_for(struct fixture *f, bool keep)
{
	const struct display_source_wish wish = { .qmp = f->qemu.path, .screen = 1, .keep = keep };

	start_qemu(&f->qemu);
	f->source = display_source_create(&wish, f->mailbox, f->input, NULL);
	assert_non_null(f->source);
}

static void show(struct fixture *f)
{
	look_for(f, false);
	display_source_connect(f->source);
	AWAIT(f, f->width == 16);
}

static void a_vm_is_found_but_not_connected_to_before_it_may(void **state)
{
	struct fixture *f = *state;

	look_for(f, false);
	AWAIT(f, f->status.state == DISPLAY_STATE_FOUND);
	assert_true(f->status.runs);
	pass(f, 50);
	assert_int_equal(atomic_load(&f->qemu.clients), 0);
	display_source_connect(f->source);
	AWAIT(f, f->width == 16);
	assert_int_equal(f->status.state, DISPLAY_STATE_SHOWN);
	assert_string_equal(f->status.title, "fake");
	assert_int_equal(f->status.run, 1);
	assert_int_equal(f->status.screen, 1);
	assert_int_equal(f->status.screens, 2);
	assert_int_equal(f->status.width, 16);
	assert_int_equal(f->status.height, 8);
	AWAIT(f, f->wait.peer == DISPLAY_PEER_NONE);
	assert_true(display_input_is_absolute(f->input));
}

static void the_old_screen_stays_until_the_new_one_has_a_picture(void **state)
{
	struct fixture *f = *state;

	atomic_store(&f->qemu.draws[1], false);
	show(f);
	display_source_switch(f->source, 2);
	AWAIT(f, atomic_load(&f->qemu.listens) == 2);
	pass(f, 100);
	assert_int_equal(f->status.screen, 1);
	assert_int_equal(f->width, 16);
	assert_false(atomic_load(&f->qemu.listeners[0].closed));
	atomic_store(&f->qemu.draws[1], true);
	AWAIT(f, f->width == 32);
	assert_int_equal(f->status.screen, 2);
	assert_int_equal(f->status.run, 1);
	assert_false(f->blank);
	AWAIT(f, atomic_load(&f->qemu.listeners[0].closed));
	assert_false(atomic_load(&f->qemu.listeners[1].closed));
	assert_int_equal(atomic_load(&f->qemu.clients), 1);
}

static void a_screen_without_a_picture_is_blank_after_a_while(void **state)
{
	struct fixture *f = *state;
	int64_t began;

	atomic_store(&f->qemu.draws[1], false);
	show(f);
	began = display_clock_ms();
	display_source_switch(f->source, 2);
	AWAIT(f, f->blank);
	assert_true(display_clock_ms() - began >= 1000);
	assert_int_equal(f->status.screen, 2);
	AWAIT(f, atomic_load(&f->qemu.listeners[0].closed));
	atomic_store(&f->qemu.draws[1], true);
	AWAIT(f, f->width == 32);
	assert_false(f->blank);
}

static void a_screen_that_there_is_not_changes_nothing(void **state)
{
	struct fixture *f = *state;

	show(f);
	display_source_switch(f->source, 3);
	pass(f, 50);
	display_source_switch(f->source, 1);
	pass(f, 50);
	assert_int_equal(f->status.screen, 1);
	assert_int_equal(atomic_load(&f->qemu.listens), 1);
	assert_false(f->ended);
}

static void of_several_wishes_the_last_one_counts(void **state)
{
	struct fixture *f = *state;

	show(f);
	atomic_store(&f->qemu.hangs, true);
	usleep(20000);
	display_source_switch(f->source, 2);
	pass(f, 50);
	display_source_switch(f->source, 1);
	pass(f, 50);
	assert_int_equal(f->wait.peer, DISPLAY_PEER_QEMU);
	atomic_store(&f->qemu.hangs, false);
	AWAIT(f, f->wait.peer == DISPLAY_PEER_NONE);
	pass(f, 100);
	assert_int_equal(f->status.screen, 1);
	assert_int_equal(f->width, 16);
}

static void a_hang_is_told_and_taken_back(void **state)
{
	struct fixture *f = *state;
	int64_t began;

	show(f);
	AWAIT(f, f->wait.peer == DISPLAY_PEER_NONE);
	began = display_clock_ms();
	atomic_store(&f->qemu.hangs, true);
	AWAIT(f, f->wait.peer == DISPLAY_PEER_QEMU);
	/* It is told once it is late, with when the question was asked. */
	assert_true(display_clock_ms() - f->wait.since >= 1500);
	assert_true(f->wait.since >= began - 10);
	atomic_store(&f->qemu.hangs, false);
	AWAIT(f, f->wait.peer == DISPLAY_PEER_NONE);
	assert_false(f->ended);
}

static void nobody_is_asked_for_a_window_that_is_hidden(void **state)
{
	struct fixture *f = *state;
	int asked;

	show(f);
	display_source_set_hidden(f->source, true);
	pass(f, 50);
	asked = atomic_load(&f->qemu.questions);
	/* An order that changes nothing wakes the thread. */
	for (int i = 0; i < 3; i++) {
		display_source_switch(f->source, 1);
		pass(f, 500);
	}
	assert_int_equal(atomic_load(&f->qemu.questions), asked);
	display_source_set_hidden(f->source, false);
	AWAIT(f, atomic_load(&f->qemu.questions) > asked);
}

/* teardown sees that it ends at once. */
static void a_display_that_says_nothing_is_waited_for(void **state)
{
	struct fixture *f = *state;

	f->qemu.is_deaf = true;
	look_for(f, false);
	display_source_connect(f->source);
	AWAIT(f, f->wait.peer == DISPLAY_PEER_QEMU && atomic_load(&f->qemu.clients) == 1);
	pass(f, 100);
	assert_int_equal(f->wait.peer, DISPLAY_PEER_QEMU);
	assert_false(f->ended);
}

static void a_qmp_that_says_nothing_is_waited_for(void **state)
{
	struct fixture *f = *state;

	atomic_store(&f->qemu.hangs, true);
	look_for(f, false);
	AWAIT(f, f->wait.peer == DISPLAY_PEER_QEMU);
	pass(f, 100);
	assert_int_equal(f->wait.peer, DISPLAY_PEER_QEMU);
	assert_int_equal(f->status.state, DISPLAY_STATE_LOOKING);
	assert_false(f->ended);
}

static void a_switch_that_qemu_does_not_answer_can_be_ended(void **state)
{
	struct fixture *f = *state;

	show(f);
	atomic_store(&f->qemu.hangs, true);
	usleep(20000);
	display_source_switch(f->source, 2);
	AWAIT(f, f->wait.peer == DISPLAY_PEER_QEMU);
	assert_int_equal(f->status.screen, 1);
	assert_false(f->ended);
}

static void a_vm_that_is_not_running_is_an_error(void **state)
{
	struct fixture *f = *state;
	const struct display_source_wish wish = { .qmp = "/nowhere/qmp", .screen = 1 };

	start_qemu(&f->qemu);
	f->source = display_source_create(&wish, f->mailbox, f->input, NULL);
	AWAIT(f, f->ended);
	assert_non_null(f->error.message);
	assert_non_null(strstr(f->error.message, "/nowhere/qmp: No such file"));
	assert_false(f->status.runs);
}

static int count_fds(void)
{
	BASE_AUTO(dir) DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(directory);
	while (readdir(directory) != NULL)
		count++;
	return count;
}

static void a_vm_that_comes_back_is_shown_again_and_nothing_is_left(void **state)
{
	struct fixture *f = *state;
	int fds = 0;

	look_for(f, true);
	display_source_connect(f->source);
	for (unsigned int run = 1; run <= 30; run++) {
		AWAIT(f, f->width == 16 && f->status.run == run);
		AWAIT(f, f->wait.peer == DISPLAY_PEER_NONE);
		if (run == 2)
			fds = count_fds();
		if (run == 30)
			break;
		f->width = 0;
		atomic_store(&f->qemu.restarts, true);
		AWAIT(f, f->status.state == DISPLAY_STATE_AWAY || f->status.run > run);
	}
	assert_int_equal(count_fds(), fds);
	assert_false(f->ended);
}

static void a_vm_that_ends_is_a_good_end(void **state)
{
	struct fixture *f = *state;

	show(f);
	atomic_store(&f->qemu.restarts, true);
	AWAIT(f, f->ended);
	assert_false(base_error_is_set(&f->error));
	assert_false(f->status.runs);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_vm_is_found_but_not_connected_to_before_it_may),
		TEST(the_old_screen_stays_until_the_new_one_has_a_picture),
		TEST(a_screen_without_a_picture_is_blank_after_a_while),
		TEST(a_screen_that_there_is_not_changes_nothing),
		TEST(of_several_wishes_the_last_one_counts),
		TEST(a_hang_is_told_and_taken_back),
		TEST(nobody_is_asked_for_a_window_that_is_hidden),
		TEST(a_display_that_says_nothing_is_waited_for),
		TEST(a_qmp_that_says_nothing_is_waited_for),
		TEST(a_switch_that_qemu_does_not_answer_can_be_ended),
		TEST(a_vm_that_is_not_running_is_an_error),
		TEST(a_vm_that_comes_back_is_shown_again_and_nothing_is_left),
		TEST(a_vm_that_ends_is_a_good_end),
	};

	return cmocka_run_group_tests_name("display source", tests, NULL, NULL);
}
