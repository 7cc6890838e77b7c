/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After the four that it needs. */
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wayland-client.h>

#include "display/picture/clock.h"
#include "display/window/watchdog.h"
#include "vgpu/base/log.h"

#define SURVIVED 7

enum end {
	LIVES,
	HANGS_UP,
	BREAKS_OFF
};

/* In a process of its own: a call that takes 1.5 s, or never ends. */
static void call(int connection, enum end end, bool returns)
{
	struct wl_display *compositor = wl_display_connect_to_fd(connection);
	struct display_watchdog watchdog;

	base_log_init("test", BASE_LOG_INFO);
	display_watchdog_start(&watchdog, compositor);
	/* An event of an object that there is not, shorter than its own head. */
	if (end == BREAKS_OFF && wl_display_roundtrip(compositor) >= 0)
		_exit(SURVIVED + 1);
	if (returns)
		usleep(500000);
	else
		sleep(20);
	display_watchdog_stop(&watchdog);
	wl_display_disconnect(compositor);
	_exit(SURVIVED);
}

/* Its exit status; what it said goes to `said`. */
static int run_call(enum end end, bool returns, char said[256])
{
	static const uint32_t nonsense[] = { 1, 4 << 16 };
	int ends[2], out[2], status;
	ssize_t length;
	pid_t child;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(pipe(out), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(out[1], STDERR_FILENO);
		close(ends[1]);
		call(ends[0], end, returns);
	}
	close(out[1]);
	close(ends[0]);
	if (end == BREAKS_OFF)
		assert_int_equal(write(ends[1], nonsense, sizeof(nonsense)), sizeof(nonsense));
	if (end == HANGS_UP)
		close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	length = read(out[0], said, 255);
	said[length > 0 ? length : 0] = '\0';
	close(out[0]);
	if (end != HANGS_UP)
		close(ends[1]);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_call_that_comes_back_is_let_be(void **state)
{
	char said[256];

	(void)state;
	assert_int_equal(run_call(LIVES, true, said), SURVIVED);
	assert_string_equal(said, "");
	assert_int_equal(run_call(HANGS_UP, true, said), SURVIVED);
	assert_string_equal(said, "");
}

static void a_call_that_a_compositor_keeps_by_its_end_ends_the_process(void **state)
{
	int64_t began = display_clock_ms();
	char said[256];

	(void)state;
	assert_int_equal(run_call(HANGS_UP, false, said), BASE_FAILED);
	assert_ptr_equal(strstr(said, "test: cannot open a window: the compositor is gone"), said);
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
	assert_true(display_clock_ms() - began < 10000);
}

static void so_does_one_whose_connection_is_broken(void **state)
{
	char said[256];

	(void)state;
	assert_int_equal(run_call(BREAKS_OFF, false, said), BASE_FAILED);
	assert_non_null(strstr(said, "cannot open a window"));
}

/* As under X11. */
static void without_a_compositor_nothing_is_watched(void **state)
{
	struct display_watchdog watchdog;

	(void)state;
	display_watchdog_start(&watchdog, NULL);
	assert_int_equal(watchdog.stop, -1);
	display_watchdog_stop(&watchdog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_that_comes_back_is_let_be),
		cmocka_unit_test(a_call_that_a_compositor_keeps_by_its_end_ends_the_process),
		cmocka_unit_test(so_does_one_whose_connection_is_broken),
		cmocka_unit_test(without_a_compositor_nothing_is_watched),
	};

	return cmocka_run_group_tests_name("display watchdog", tests, NULL, NULL);
}
