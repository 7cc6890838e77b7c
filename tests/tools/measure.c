/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command takes, apart from the shell that starts it.
 *
 * usage: measure [--peak] COMMAND [ARGUMENT...]
 *
 * Prints microseconds from its start to its end, or, with --peak, the most memory
 * that it had, in KB (VmHWM). What it prints goes nowhere. Exits as the command.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vgpu/base/cleanup.h"

extern char **environ;

static int fail(const char *what)
{
	fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
	return 125;
}

static int exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static long long microseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static int measure_time(char **command)
{
	posix_spawn_file_actions_t actions;
	long long start;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	start = microseconds();
	errno = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
	if (errno != 0 || waitpid(pid, &status, 0) < 0)
		return fail(command[0]);
	printf("%lld\n", microseconds() - start);
	return exit_code(status);
}

static long read_peak(pid_t pid)
{
	BASE_AUTO(file) FILE *file = NULL;
	char line[256];
	long peak = -1;

	snprintf(line, sizeof(line), "/proc/%d/status", (int)pid);
	file = fopen(line, "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "VmHWM:", 6) == 0)
			peak = strtol(line + 6, NULL, 10);
	}
	return peak;
}

static void become(char **command)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	execvp(command[0], command);
	_exit(127);
}

/* Stopped as it exits, it still has the memory that it had. */
static int measure_peak(char **command)
{
	long peak = -1;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return fail("fork");
	if (pid == 0)
		become(command);
	if (waitpid(pid, &status, 0) < 0 ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC) < 0)
		return fail("ptrace");
	while (WIFSTOPPED(status)) {
		int event = status >> 16;
		int signal = WSTOPSIG(status);

		if (event == PTRACE_EVENT_EXIT)
			peak = read_peak(pid);
		if (ptrace(PTRACE_CONT, pid, NULL, event != 0 || signal == SIGSTOP ? 0 : signal) <
			    0 ||
		    waitpid(pid, &status, 0) < 0)
			return fail("ptrace");
	}
	printf("%ld\n", peak);
	return exit_code(status);
}

int main(int argc, char **argv)
{
	int peak = argc > 1 && strcmp(argv[1], "--peak") == 0;

	if (argc < 2 + peak) {
		fputs("usage: measure [--peak] COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	return peak ? measure_peak(argv + 2) : measure_time(argv + 1);
}
