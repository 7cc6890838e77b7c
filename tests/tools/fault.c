/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lets one system call of a command go wrong.
 *
 * usage: fault --from start|lock|change N ERROR|KILL COMMAND [ARGUMENT...]
 *
 * Counts the command's system calls from its start, from the flock(2) by which it
 * keeps others out, or from the first call after that which changes something. The
 * N-th is not made: it answers ERROR (EIO, ENOSPC, ENOMEM, EINTR), or the command
 * is killed in its place. Exits as the command does, or with 99 if it ends before
 * that call. What has no error to answer is not counted: exit, futex, brk (then mmap
 * is used), rseq (without which the C library gives up) and a signal's return.
 * The processes that the command starts go on undisturbed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* After sys/ptrace.h, which lacks it in some versions of the library. */
#include <linux/ptrace.h>

#define NOT_REACHED 99

enum origin {
	FROM_START,
	FROM_LOCK,
	FROM_CHANGE
};

struct fault {
	enum origin from;
	long wanted; /* the call that goes wrong */
	int errnum;  /* 0: kill */
	long count;
	bool has_lock; /* or needs none */
	bool is_counting;
	bool is_done;
	pid_t answering; /* the thread whose call is left out; 0: none */
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "fault: %s: %s\n", what, strerror(errno));
	exit(125);
}

/* Until the lock is asked for, the command runs undisturbed. */
static void stop_at_flock(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_flock, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(124);
}

static _Noreturn void become(char **command, enum origin from)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	if (from != FROM_START)
		stop_at_flock();
	execvp(command[0], command);
	_exit(127);
}

static bool is_counted(uint64_t call)
{
	return call != SYS_exit_group && call != SYS_exit && call != SYS_futex &&
	       call != SYS_rt_sigreturn && call != SYS_brk && call != SYS_rseq;
}

static bool is_change(uint64_t call, const __u64 *arguments)
{
	switch (call) {
	case SYS_open:
		return (arguments[1] & (O_CREAT | O_WRONLY | O_RDWR)) != 0;
	case SYS_openat:
		return (arguments[2] & (O_CREAT | O_WRONLY | O_RDWR)) != 0;
	case SYS_mkdir:
	case SYS_mkdirat:
	case SYS_rename:
	case SYS_renameat:
	case SYS_renameat2:
	case SYS_unlink:
	case SYS_unlinkat:
	case SYS_rmdir:
		return true;
	default:
		return false;
	}
}

static void set_result(pid_t thread, bool skip, long result)
{
	struct user_regs_struct registers;

	if (ptrace(PTRACE_GETREGS, thread, NULL, &registers) < 0)
		die("registers");
	if (skip)
		registers.orig_rax = (unsigned long long)-1;
	registers.rax = (unsigned long long)result;
	if (ptrace(PTRACE_SETREGS, thread, NULL, &registers) < 0)
		die("registers");
}

static void enter(struct fault *fault, pid_t thread, uint64_t call, const __u64 *arguments)
{
	if (!fault->is_counting && fault->has_lock &&
	    (fault->from != FROM_CHANGE || is_change(call, arguments)))
		fault->is_counting = true;
	if (!fault->is_counting || fault->is_done || !is_counted(call) ||
	    ++fault->count < fault->wanted)
		return;
	fault->is_done = true;
	if (fault->errnum == 0) {
		kill(thread, SIGKILL);
		return;
	}
	set_result(thread, true, -fault->errnum);
	fault->answering = thread;
}

static void see_call(struct fault *fault, pid_t thread)
{
	struct ptrace_syscall_info info;

	/* A process that was killed meanwhile answers nothing. */
	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_SECCOMP && !fault->has_lock) {
		fault->has_lock = true;
		enter(fault, thread, info.seccomp.nr, info.seccomp.args);
	} else if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		enter(fault, thread, info.entry.nr, info.entry.args);
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && fault->answering == thread) {
		set_result(thread, false, -fault->errnum);
		fault->answering = 0;
	}
}

/* Tells which signal a stop is to be passed on as; 0 for those that are ours. */
static int see_stop(struct fault *fault, pid_t thread, int status)
{
	int signal = WSTOPSIG(status);
	int event = status >> 16;

	if (signal == (SIGTRAP | 0x80) || event == PTRACE_EVENT_SECCOMP) {
		see_call(fault, thread);
		return 0;
	}
	if (event == PTRACE_EVENT_EXEC && fault->from == FROM_START)
		fault->has_lock = true;
	return event != 0 || signal == SIGSTOP ? 0 : signal;
}

static int follow(struct fault *fault, pid_t pid)
{
	int status;
	pid_t thread;

	if (waitpid(pid, &status, 0) < 0 ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE |
			   PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL) < 0)
		die("ptrace");
	for (thread = pid; WIFSTOPPED(status) || thread != pid;) {
		if (WIFSTOPPED(status)) {
			int signal = see_stop(fault, thread, status);
			bool every = fault->has_lock && !fault->is_done;

			every = every || fault->answering != 0;
			ptrace(every ? PTRACE_SYSCALL : PTRACE_CONT, thread, NULL, signal);
		}
		thread = waitpid(-1, &status, __WALL);
		if (thread < 0)
			die("wait");
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool parse(int argc, char **argv, struct fault *fault)
{
	static const char *const origins[] = { "start", "lock", "change" };
	static const struct {
		const char *name;
		int errnum;
	} errors[] = {
		{ "KILL", 0 },	      { "EIO", EIO },	  { "ENOSPC", ENOSPC },
		{ "ENOMEM", ENOMEM }, { "EINTR", EINTR },
	};
	bool knows_origin = false;

	if (argc < 6 || strcmp(argv[1], "--from") != 0)
		return false;
	for (int i = 0; i < 3; i++) {
		if (strcmp(argv[2], origins[i]) == 0) {
			fault->from = (enum origin)i;
			knows_origin = true;
		}
	}
	fault->wanted = strtol(argv[3], NULL, 10);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strcmp(argv[4], errors[i].name) == 0) {
			fault->errnum = errors[i].errnum;
			return knows_origin && fault->wanted > 0;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	struct fault fault = { 0 };
	int code;
	pid_t pid;

	if (!parse(argc, argv, &fault)) {
		fputs("usage: fault --from start|lock|change N ERROR|KILL COMMAND...\n", stderr);
		return 2;
	}
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		become(argv + 5, fault.from);
	code = follow(&fault, pid);
	return fault.is_done ? code : NOT_REACHED;
}
