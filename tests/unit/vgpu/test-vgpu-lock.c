/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "vgpu/store/lock.h"

/* A process that has the lock for so long; it has it when this returns. */
static pid_t hold(const char *path, useconds_t microseconds)
{
	char ready;
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = open(path, O_RDONLY | O_DIRECTORY);

		if (fd < 0 || flock(fd, LOCK_EX) < 0 || write(ends[1], "", 1) != 1)
			_exit(1);
		usleep(microseconds);
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &ready, 1), 1);
	close(ends[0]);
	return pid;
}

static void the_lock_is_waited_for(void **state)
{
	const struct scratch *f = *state;
	pid_t pid = hold(f->path, 300000);
	int lock = vgpu_lock_wait(f->path, 20, NULL);

	assert_true(lock >= 0);
	close(lock);
	waitpid(pid, NULL, 0);
}

static void the_wait_has_an_end(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	char words[64];
	pid_t pid = hold(f->path, 60000000);

	assert_int_equal(vgpu_lock_wait(f->path, 1, &err), -1);
	snprintf(words, sizeof(words), "test-vgpu-lock (PID %d) has held it for 1 s", (int)pid);
	if (strstr(err.message, words) == NULL)
		fail_msg("%s", err.message);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void what_has_the_lock_is_not_interrupted(void **state)
{
	const struct scratch *f = *state;
	sigset_t before, set;
	int lock;

	sigprocmask(SIG_BLOCK, NULL, &before);
	lock = vgpu_lock_take(f->path, NULL);
	assert_true(lock >= 0);
	sigprocmask(SIG_SETMASK, &before, &set);
	assert_true(sigismember(&set, SIGINT) && sigismember(&set, SIGTERM));
	close(lock);
}

/* Two names of one store must not have two locks. */
static void the_usual_definitions_are_known_by_any_name(void **state)
{
	static const struct {
		const char *config_dir, *usual; /* below the scratch directory */
		bool is_usual;
	} cases[] = {
		{ "usual", "usual", true },	{ "usual/.", "usual", true },
		{ "link", "usual", true },	{ "other", "usual", false },
		{ "other", "nowhere", false },	{ "nowhere", "usual", false },
		{ "nowhere", "nowhere", true },
	};
	const struct scratch *f = *state;

	assert_int_equal(mkdirat(f->fd, "usual", 0700), 0);
	assert_int_equal(mkdirat(f->fd, "other", 0700), 0);
	assert_int_equal(symlinkat("usual", f->fd, "link"), 0);
	assert_true(vgpu_lock_is_usual(NULL, f->path));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char config_dir[128], usual[128];

		snprintf(config_dir, sizeof(config_dir), "%s/%s", f->path, cases[i].config_dir);
		snprintf(usual, sizeof(usual), "%s/%s", f->path, cases[i].usual);
		assert_int_equal(vgpu_lock_is_usual(config_dir, usual), cases[i].is_usual);
	}
}

static void no_directory_is_no_lock(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };

	(void)state;
	assert_int_equal(vgpu_lock_take("/nowhere/at/all", &err), -1);
	assert_string_equal(err.message, "cannot lock /nowhere/at/all: No such file or directory");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_lock_is_waited_for),
		TEST(the_wait_has_an_end),
		TEST(what_has_the_lock_is_not_interrupted),
		TEST(the_usual_definitions_are_known_by_any_name),
		cmocka_unit_test(no_directory_is_no_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
