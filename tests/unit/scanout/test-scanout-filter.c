/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "display/scanout/filter.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a helper has open when its filter is closed; files of no use, but of its numbers. */
static struct scanout_device device;
static int viewer, other; /* sockets */

/* --- what it needs ----------------------------------------------------------- */

static void ask_for_the_plane(void)
{
	struct vfio_device_gfx_plane_info info = { .argsz = sizeof(info) };
	uint32_t id = 1;

	ioctl(device.fd, VFIO_DEVICE_QUERY_GFX_PLANE, &info);
	ioctl(device.fd, VFIO_DEVICE_GET_GFX_DMABUF, &id);
}

static void talk(void)
{
	char byte = 0;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	(void)sendmsg(viewer, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)recvmsg(viewer, &message, MSG_DONTWAIT);
}

static void see_whether_it_is_held(void)
{
	struct stat st;
	int fd = (int)syscall(SYS_pidfd_getfd, device.pidfd, device.number, 0);

	(void)fstat(device.fd, &st);
	(void)lseek(device.fd, 0, SEEK_END);
	close(fd);
}

static void wait_a_moment(void)
{
	const struct timespec moment = { .tv_nsec = 1000 };
	struct pollfd fd = { .fd = viewer, .events = POLLIN };
	struct timespec now;

	(void)prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	(void)ppoll(&fd, 1, &moment, NULL);
	clock_gettime(CLOCK_MONOTONIC, &now);
	alarm(10);
}

static void have_memory(void)
{
	volatile char *memory = malloc((size_t)1 << 20);

	if (memory != NULL)
		memory[0] = 1;
	free((void *)memory);
}

static void write_to_the_log(void)
{
	(void)!write(STDERR_FILENO, "", 0);
}

/* --- what it does not ---------------------------------------------------------- */

static void open_a_file(void)
{
	(void)open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void list_a_folder(void)
{
	char buffer[64];

	syscall(SYS_getdents64, device.fd, buffer, sizeof(buffer));
}

static void make_a_socket(void)
{
	(void)socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void talk_to_another(void)
{
	char byte = 0;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	(void)sendmsg(other, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void take_another_file(void)
{
	syscall(SYS_pidfd_getfd, device.pidfd, device.number + 1, 0);
}

static void take_a_file_of_another(void)
{
	syscall(SYS_pidfd_getfd, device.fd, device.number, 0);
}

static void open_another_process(void)
{
	syscall(SYS_pidfd_open, getppid(), 0);
}

static void trace_a_process(void)
{
	syscall(SYS_ptrace, 16, 1, 0, 0);
}

static void read_a_process(void)
{
	syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0);
}

static void signal_a_process(void)
{
	syscall(SYS_kill, 1, 0);
}

static void run_a_program(void)
{
	char *const none[] = { NULL };

	syscall(SYS_execve, "/nonexistent", none, none);
}

static void start_a_process(void)
{
	syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static void reset_the_vgpu(void)
{
	ioctl(device.fd, VFIO_DEVICE_RESET);
}

static void write_to_the_vgpu(void)
{
	(void)!write(device.fd, "", 0);
}

static void read_the_vgpu(void)
{
	char byte;

	(void)!pread(device.fd, &byte, 1, 0);
}

static void map_the_vgpu(void)
{
	(void)mmap(NULL, 4096, PROT_READ, MAP_SHARED, device.fd, 0);
}

static void ask_another_device(void)
{
	struct vfio_device_gfx_plane_info info = { .argsz = sizeof(info) };

	ioctl(other, VFIO_DEVICE_QUERY_GFX_PLANE, &info);
}

static void be_called_otherwise(void)
{
	(void)prctl(PR_SET_NAME, "init", 0, 0, 0);
}

static void make_code(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		   0);
}

/* The signal that ends a process that does it behind the filter; 0: it goes on. */
static int ending_of(void (*act)(void))
{
	static const struct rlimit none = { 0 };
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &none);
		if (scanout_filter_close(&device, viewer, NULL) < 0)
			_exit(1);
		act();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void what_the_work_needs_is_let_through(void **state)
{
	static void (*const acts[])(
		void) = { ask_for_the_plane, talk,	  see_whether_it_is_held,
			  wait_a_moment,     have_memory, write_to_the_log };

	(void)state;
	for (size_t i = 0; i < COUNT(acts); i++) {
		int ending = ending_of(acts[i]);

		if (ending != 0)
			fail_msg("case %zu: signal %d", i, ending);
	}
}

static void all_else_kills_it(void **state)
{
	static void (*const acts[])(void) = {
		open_a_file,
		list_a_folder,
		make_a_socket,
		talk_to_another,
		take_another_file,
		open_another_process,
		take_a_file_of_another,
		trace_a_process,
		read_a_process,
		signal_a_process,
		run_a_program,
		start_a_process,
		reset_the_vgpu,
		write_to_the_vgpu,
		read_the_vgpu,
		map_the_vgpu,
		ask_another_device,
		be_called_otherwise,
		make_code,
	};

	(void)state;
	if (!SCANOUT_FILTERED)
		return;
	for (size_t i = 0; i < COUNT(acts); i++) {
		int ending = ending_of(acts[i]);

		if (ending != SIGSYS)
			fail_msg("case %zu: signal %d", i, ending);
	}
}

static int set_up(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	viewer = pair[0];
	other = pair[1];
	device = (struct scanout_device)SCANOUT_DEVICE_CLOSED;
	device.fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	device.pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	device.number = device.fd;
	return device.fd >= 0 && device.pidfd >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	scanout_device_close(&device);
	base_cleanup_fd(&viewer);
	base_cleanup_fd(&other);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_work_needs_is_let_through),
		cmocka_unit_test(all_else_kills_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
