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

#include "display/picture/clock.h"
#include "display/window/waker.h"

#define LONG_MS 20000 /* for what must end sooner */

static struct display_waker waker;
static struct display_window window;
static int compositor; /* its end of the waker's connection */
static struct wl_surface *surface;

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

/* As on Wayland. The compositor answers nothing by itself. */
static int setup_connection(void **state)
{
	struct wl_registry *registry;
	struct wl_compositor *global;
	struct wl_display *connection;
	int ends[2];

	if (setup(state) < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	compositor = ends[1];
	connection = wl_display_connect_to_fd(ends[0]);
	if (connection == NULL)
		return -1;
	registry = wl_display_get_registry(connection);
	global = wl_registry_bind(registry, 1, &wl_compositor_interface, 1);
	surface = wl_compositor_create_surface(global);
	wl_compositor_destroy(global);
	wl_registry_destroy(registry);
	display_frame_clock_init(&window.clock, connection, surface);
	display_waker_attach(&waker, &window);
	return wl_display_flush(connection) > 0 ? 0 : -1;
}

static int teardown_connection(void **state)
{
	display_frame_clock_finish(&window.clock);
	wl_surface_destroy(surface);
	wl_display_disconnect(waker.compositor);
	close(compositor);
	return teardown(state);
}

/* As elsewhere. */
static int setup_window(void **state)
{
	if (setup(state) < 0)
		return -1;
	window = (struct display_window){ .sdl = SDL_CreateWindow("test", 0, 0, 16, 16, 0) };
	if (window.sdl == NULL)
		return -1;
	display_waker_attach(&waker, &window);
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
	struct wl_callback *callback;
	uint32_t request[64];

	(void)state;
	while (recv(compositor, request, sizeof(request), MSG_DONTWAIT) > 0)
		continue;
	callback = wl_display_sync(waker.compositor);
	assert_true(waits_out(60));
	assert_int_equal(recv(compositor, request, sizeof(request), MSG_DONTWAIT),
			 3 * sizeof(uint32_t));
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

/* wl_callback.done of what was asked for last, and wl_display.delete_id. */
static void take_picture(void)
{
	uint32_t id = wl_proxy_get_id((struct wl_proxy *)window.clock.callback);
	const uint32_t events[] = { id, 12 << 16 | 0, 1234, 1, 12 << 16 | 1, id };

	assert_int_equal(write(compositor, events, sizeof(events)), sizeof(events));
}

static void *take_later(void *data)
{
	(void)data;
	usleep(50000);
	take_picture();
	return NULL;
}

static void a_picture_that_is_taken_ends_the_wait(void **state)
{
	int64_t began = display_clock_ns();
	pthread_t thread;

	(void)state;
	assert_int_equal(display_window_pending_since(&window), 0);
	display_frame_clock_ask(&window.clock, began);
	assert_int_not_equal(display_window_pending_since(&window), 0);
	assert_int_equal(display_window_pending_since(&window), began);
	/* One at a time. */
	display_frame_clock_ask(&window.clock, began + 1);
	assert_int_equal(display_window_pending_since(&window), began);
	assert_true(waits_out(60));
	assert_int_not_equal(display_window_pending_since(&window), 0);

	began = display_clock_ns();
	assert_int_equal(pthread_create(&thread, NULL, take_later, NULL), 0);
	assert_false(waits_out(LONG_MS));
	pthread_join(thread, NULL);
	assert_int_equal(display_window_pending_since(&window), 0);
	assert_true(display_window_taken_at(&window) >= began + 50 * INT64_C(1000000));
	assert_true(display_window_taken_at(&window) <= display_clock_ns());
	/* It ends one wait. */
	assert_true(waits_out(60));
}

/* SDL reads for all queues. When it came is not known then. */
static void a_picture_that_was_taken_before_the_wait_ends_it(void **state)
{
	(void)state;
	display_frame_clock_ask(&window.clock, 1);
	take_picture();
	assert_int_equal(wl_display_prepare_read(waker.compositor), 0);
	assert_int_equal(wl_display_read_events(waker.compositor), 0);
	wl_display_dispatch_pending(waker.compositor);
	assert_int_not_equal(display_window_pending_since(&window), 0);
	assert_false(waits_out(LONG_MS));
	assert_int_equal(display_window_pending_since(&window), 0);
	assert_int_equal(display_window_taken_at(&window), 0);
}

static void an_event_of_the_window_does_not_hide_that_a_picture_is_taken(void **state)
{
	SDL_Event event = { .type = SDL_USEREVENT };

	(void)state;
	display_frame_clock_ask(&window.clock, 1);
	take_picture();
	assert_int_equal(wl_display_prepare_read(waker.compositor), 0);
	assert_int_equal(wl_display_read_events(waker.compositor), 0);
	SDL_PushEvent(&event);
	assert_true(display_waker_wait(&waker, &event, LONG_MS));
	assert_int_equal(display_window_pending_since(&window), 0);
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
		ON_WAYLAND(a_picture_that_is_taken_ends_the_wait),
		ON_WAYLAND(a_picture_that_was_taken_before_the_wait_ends_it),
		ON_WAYLAND(an_event_of_the_window_does_not_hide_that_a_picture_is_taken),
		cmocka_unit_test_setup_teardown(wake_before_there_is_a_window_is_not_lost, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("display waker", tests, NULL, NULL);
}
