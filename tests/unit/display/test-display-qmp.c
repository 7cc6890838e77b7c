/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be on the other end of a QMP socket. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/source/vm.h"

#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
#define DONE	 "{\"return\": {}}\r\n"

struct peer {
	const char *says; /* at once, whatever it is asked */
	size_t flood;	  /* then so many bytes without an end of line */
	int socket;
	char path[64];
	pthread_t thread;
};

static void *serve(void *data)
{
	struct peer *peer = data;
	char buffer[4096];
	int client = accept(peer->socket, NULL, NULL);

	assert_true(client >= 0);
	send(client, peer->says, strlen(peer->says), MSG_NOSIGNAL);
	memset(buffer, '{', sizeof(buffer));
	for (size_t sent = 0; sent < peer->flood; sent += sizeof(buffer))
		send(client, buffer, sizeof(buffer), MSG_NOSIGNAL);
	shutdown(client, SHUT_WR);
	while (recv(client, buffer, sizeof(buffer), 0) > 0)
		;
	close(client);
	return NULL;
}

static void start(struct peer *peer)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(peer->path, sizeof(peer->path), "/tmp/test-display-qmp-%d", (int)getpid());
	memcpy(address.sun_path, peer->path, sizeof(peer->path));
	unlink(peer->path);
	peer->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(peer->socket, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(peer->socket, 1), 0);
	assert_int_equal(pthread_create(&peer->thread, NULL, serve, peer), 0);
}

static void stop(struct peer *peer)
{
	pthread_join(peer->thread, NULL);
	close(peer->socket);
	unlink(peer->path);
}

/* 0, or -1 and err: connects and asks for the display. */
static int connect_to(const struct peer *peer, struct base_error *err)
{
	struct display_events loop;
	struct display_vm *vm;
	int fd = -1;

	assert_int_equal(display_events_init(&loop, err), 0);
	vm = display_qmp_create(peer->path, &loop, err);
	if (vm != NULL && display_vm_look(vm, err) > 0)
		fd = display_vm_open_display(vm, err);
	display_vm_destroy(vm);
	display_events_finish(&loop);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static void peers_are_judged(void **state)
{
	static const struct {
		const char *says;
		size_t flood;
		const char *error; /* NULL: accepted */
	} cases[] = {
		{ GREETING DONE DONE DONE, 0, NULL },
		{ GREETING "{\"event\": \"RESUME\"}\n" DONE "{\"event\": 5}\n" DONE DONE, 0, NULL },
		{ GREETING "garbage\n" DONE "[1]\n" DONE "\n" DONE, 0, NULL },
		{ "", 0, "hung up" },
		{ GREETING, 0, "hung up" },
		{ GREETING DONE DONE, 0, "hung up" },
		{ "SSH-2.0-OpenSSH\r\n", 0, "not a QMP socket" },
		{ "{}\n", 0, "not a QMP socket" },
		{ "[]\n", 0, "not a QMP socket" },
		{ "null\n", 0, "not a QMP socket" },
		{ "", 1 << 20, "too long" },
		{ GREETING, 1 << 20, "too long" },
		{ GREETING DONE "{\"error\": {\"desc\": \"no such thing\"}}\n", 0,
		  "no such thing" },
		{ GREETING DONE DONE "{\"error\": {}}\n", 0, "no reason given" },
		{ GREETING DONE DONE "{\"error\": 7}\n", 0, "no reason given" },
		{ GREETING DONE DONE "{\"error\": {\"desc\": [\"x\"]}}\n", 0, "refused" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		struct peer peer = { .says = cases[i].says, .flood = cases[i].flood };
		int result;

		print_message("# case %zu\n", i);
		start(&peer);
		result = connect_to(&peer, &err);
		stop(&peer);
		assert_int_equal(result, cases[i].error == NULL ? 0 : -1);
		if (cases[i].error != NULL)
			assert_non_null(strstr(err.message, cases[i].error));
	}
}

static void a_vm_comes_and_goes_and_comes(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct peer peer = { .says = GREETING DONE };
	struct display_events loop;
	struct display_vm *vm;

	(void)state;
	assert_int_equal(display_events_init(&loop, &err), 0);
	snprintf(peer.path, sizeof(peer.path), "/tmp/test-display-qmp-%d", (int)getpid());
	vm = display_qmp_create(peer.path, &loop, &err);
	assert_non_null(vm);
	assert_int_equal(display_vm_look(vm, &err), 0);
	assert_non_null(strstr(err.message, "No such file"));
	for (int i = 0; i < 2; i++) {
		start(&peer);
		assert_int_equal(display_vm_look(vm, &err), 1);
		assert_int_equal(display_vm_look(vm, &err), 1);
		assert_false(vm->gone);
		while (!vm->gone)
			assert_int_equal(display_events_wait(&loop, DISPLAY_EVENTS_EVER, &err), 1);
		unlink(peer.path);
		assert_int_equal(display_vm_look(vm, &err), 0);
		stop(&peer);
	}
	display_vm_destroy(vm);
	display_events_finish(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peers_are_judged),
		cmocka_unit_test(a_vm_comes_and_goes_and_comes),
	};

	return cmocka_run_group_tests_name("display qmp", tests, NULL, NULL);
}
