/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After the four that it needs. */
#include <cmocka.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <wayland-client.h>

#include "display/window/waker.h"

#define LONG_MS 20000 /* for what must end sooner */

static struct display_waker waker;
static int compositor; /* its end of the waker's connection */

static int setup(void **state)
{
	struct base_error err = { 0 };

	(void)state;
	SDL_SetHintWithPriority(SDL_HINT_VIDEODRIVER, "dummy", SDL_HINT_OVERRIDE);
	if (SDL_Init(SDL_INIT_VIDEO) < 0)
		return -1;
	SDL_FlushEvents(SDL_FIRSTEVENT, SDL_LASTEVENT);
	return display_waker_init(&waker, &err);
}

static int teardown(void **state)
{
	(void)state;
	display_waker_finish(&waker);
	SDL_Quit();
	return 0;
}

/* As on Wayland. */
static int setup_connection(void **state)
{
	int ends[2];

	if (setup(state) < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	compositor = ends[1];
	waker.compositor = wl_display_connect_to_fd(ends[0]);
	return waker.compositor != NULL ? 0 : -1;
}

static int teardown_connection(void **state)
{
	wl_display_disconnect(waker.compositor);
	close(compositor);
	return teardown(state);
}

/* As elsewhere. */
static int setup_window(void **state)
{
	SDL_Window *window;

	if (setup(state) < 0)
		return -1;
	window = SDL_CreateWindow("test", 0, 0, 16, 16, 0);
	if (window == NULL)
		return -1;
	display_waker_attach(&waker, window);
	SDL_FlushEvents(SDL_FIRSTEVENT, SDL_LASTEVENT);
	return 0;
}

static double seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The window's events apart. */
static bool waits_out(int ms)
{
	double began = seconds();
	SDL_Event event;

	while (display_waker_wait(&waker, &event, ms) && event.type < SDL_USEREVENT)
		began = seconds();
	return seconds() - began > ms / 2000.0;
}

static void wait_ends_when_its_time_is_over(void **state)
{
	(void)state;
	assert_true(waits_out(60));
}

static void *wake_later(void *data)
{
	(void)data;
	usleep(50000);
	display_waker_wake(&waker);
	return NULL;
}

static void another_thread_ends_the_wait(void **state)
{
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, wake_later, NULL), 0);
	assert_false(waits_out(LONG_MS));
	pthread_join(thread, NULL);
}

static void wake_before_the_wait_ends_it(void **state)
{
	(void)state;
	display_waker_wake(&waker);
	display_waker_wake(&waker);
	assert_false(waits_out(LONG_MS));
}

static void many_wakes_end_one_wait(void **state)
{
	SDL_Event event;

	(void)state;
	for (int i = 0; i < 3; i++)
		display_waker_wake(&waker);
	display_waker_wait(&waker, &event, LONG_MS);
	while (SDL_PollEvent(&event))
		continue;
	assert_true(waits_out(60));
}

static void wait_of_no_time_comes_back(void **state)
{
	double began = seconds();
	SDL_Event event;

	(void)state;
	for (int i = 0; i < 100; i++)
		display_waker_wait(&waker, &event, 0);
	assert_true(seconds() - began < LONG_MS / 1000.0 / 4);
}

static void events_are_handed_out(void **state)
{
	SDL_Event event = { .type = SDL_USEREVENT + 7 };

	(void)state;
	SDL_PushEvent(&event);
	event.type = 0;
	assert_true(display_waker_wait(&waker, &event, -1));
	assert_int_equal(event.type, SDL_USEREVENT + 7);
}

static void what_the_compositor_says_ends_the_wait(void **state)
{
	/* wl_display.delete_id, of an object that there is not */
	static const uint32_t event[] = { 1, 3 * sizeof(uint32_t) << 16 | 1, 7 };

	(void)state;
	assert_int_equal(write(compositor, event, sizeof(event)), sizeof(event));
	assert_false(waits_out(LONG_MS));
	/* It has been read. */
	assert_true(waits_out(60));
}

static void what_is_to_be_told_is_told_before_the_wait(void **state)
{
	struct wl_callback *callback = wl_display_sync(waker.compositor);
	uint32_t request[3];

	(void)state;
	assert_true(waits_out(60));
	assert_int_equal(recv(compositor, request, sizeof(request), MSG_DONTWAIT), sizeof(request));
	wl_callback_destroy(callback);
}

static void compositor_that_is_gone_ends_the_wait(void **state)
{
	(void)state;
	shutdown(compositor, SHUT_RDWR);
	assert_false(waits_out(LONG_MS));
}

/* As before there is a window. */
static void wake_before_there_is_a_window_is_not_lost(void **state)
{
	double began = seconds();

	(void)state;
	display_waker_wake(&waker);
	assert_false(waits_out(LONG_MS));
	display_waker_wake(&waker);
	display_waker_sleep(&waker, LONG_MS);
	assert_true(seconds() - began < LONG_MS / 2000.0);
	display_waker_sleep(&waker, 60);
	assert_true(seconds() - began > 0.06);
}

#define ON_WAYLAND(test)                                                                           \
	cmocka_unit_test_setup_teardown(test, setup_connection, teardown_connection)
#define ON_BOTH(test)                                                                              \
	cmocka_unit_test_setup_teardown(test, setup_window, teardown), ON_WAYLAND(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(wait_ends_when_its_time_is_over),
		ON_BOTH(another_thread_ends_the_wait),
		ON_BOTH(wake_before_the_wait_ends_it),
		ON_BOTH(many_wakes_end_one_wait),
		ON_BOTH(wait_of_no_time_comes_back),
		ON_BOTH(events_are_handed_out),
		ON_WAYLAND(what_the_compositor_says_ends_the_wait),
		ON_WAYLAND(what_is_to_be_told_is_told_before_the_wait),
		ON_WAYLAND(compositor_that_is_gone_ends_the_wait),
		cmocka_unit_test_setup_teardown(wake_before_there_is_a_window_is_not_lost, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("display waker", tests, NULL, NULL);
}
