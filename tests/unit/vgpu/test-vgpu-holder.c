/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "vgpu/host/holder.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LINE(text)   (text), sizeof(text) /* with the last argument's NUL */

static void the_guest_is_named_as_qemu_reads_it(void **state)
{
	static const struct {
		const char *line;
		size_t length;
		const char *domain;
	} cases[] = {
		{ LINE("qemu\0-name\0guest=win10,debug-threads=on\0-S"), "win10" },
		{ LINE("qemu\0-S\0-name\0win10"), "win10" },
		{ LINE("qemu\0-name\0guest=a,,b,debug-threads=on"), "a,b" },
		{ LINE("qemu\0-name\0guest=a\033[31mb\nc"), "a [31mb c" },
		{ LINE("qemu\0-name\0guest=a,"), "a" },
		{ LINE("qemu\0-name\0guest="), NULL },
		{ LINE("qemu\0-name\0"), NULL },
		{ LINE("qemu\0-name"), NULL },
		{ LINE("bash\0-c\0-name=x"), NULL },
		{ LINE(""), NULL },
		{ "", 0, NULL },
		/* Cut short in the middle of the name: not the name. */
		{ "qemu\0-name\0guest=win10", 19, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(free)
		char *domain = vgpu_process_find_domain(cases[i].line, cases[i].length);

		if (cases[i].domain == NULL) {
			assert_null(domain);
			continue;
		}
		assert_non_null(domain);
		assert_string_equal(domain, cases[i].domain);
	}
}

static void a_long_name_is_cut(void **state)
{
	static const char start[] = "qemu\0-name\0guest=";
	char line[4096];
	BASE_AUTO(free) char *domain = NULL;

	(void)state;
	memset(line, 'a', sizeof(line));
	memcpy(line, start, sizeof(start) - 1);
	line[sizeof(line) - 1] = '\0';
	domain = vgpu_process_find_domain(line, sizeof(line));
	assert_non_null(domain);
	assert_int_equal(strlen(domain), 255);
}

static void make_directory(const struct scratch *f, const char *path)
{
	assert_int_equal(mkdirat(f->fd, path, 0755), 0);
}

static void put(const struct scratch *f, const char *path, const char *text, size_t length)
{
	BASE_AUTO(fd) int fd = openat(f->fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), length);
}

static void put_link(const struct scratch *f, const char *path, const char *target)
{
	assert_int_equal(symlinkat(target, f->fd, path), 0);
}

/* A /proc in which 31 has nothing to do with it, 42 and 43 use the first vGPU. */
static void make_proc(const struct scratch *f)
{
	static const char command_line[] = "qemu\0-name\0guest=win10,debug-threads=on";

	make_directory(f, "31");
	make_directory(f, "31/fd");
	put_link(f, "31/fd/0", "/dev/vfio/70");
	put_link(f, "31/fd/1", "/dev/null");
	put_link(f, "31/fd/2", "/dev/vfio/vfio");
	make_directory(f, "42");
	make_directory(f, "42/fd");
	put_link(f, "42/fd/9", "/dev/vfio/7");
	put(f, "42/comm", "qemu-system-x86\n", 16);
	put(f, "42/cmdline", command_line, sizeof(command_line));
	make_directory(f, "43");
	make_directory(f, "43/fd");
	put_link(f, "43/fd/1", "/dev/vfio/7");
	make_directory(f, "44");
	make_directory(f, "44/fd");
	put_link(f, "44/fd/3", "/dev/vfio/devices/vfio5");
	make_directory(f, "self");
	make_directory(f, "123456789012345678901234567890");
}

/* The devices: one in group 7, one in none but with a device of its own, one free. */
static void make_devices(const struct scratch *f, struct vgpu_device devices[3])
{
	static const char *const names[] = { "a", "b", "c" };

	for (size_t i = 0; i < 3; i++) {
		make_directory(f, names[i]);
		assert_true(asprintf(&devices[i].syspath, "%s/%s", f->path, names[i]) > 0);
	}
	put_link(f, "a/iommu_group", "../../kernel/iommu_groups/7");
	make_directory(f, "b/vfio-dev");
	make_directory(f, "b/vfio-dev/vfio5");
	put_link(f, "c/iommu_group", "../../kernel/iommu_groups/8");
}

static void each_holder_is_found_in_one_look(void **state)
{
	struct scratch *f = *state;
	BASE_AUTO(vgpu_holders) struct vgpu_holders holders = { 0 };
	struct vgpu_device devices[3] = { 0 };
	const struct vgpu_host host = { .devices = devices, .device_count = 3 };
	const struct vgpu_process *process;
	BASE_AUTO(free) char *text = NULL;

	make_proc(f);
	make_devices(f, devices);
	assert_int_equal(vgpu_holders_init(&holders, &host, f->path, NULL), 0);
	process = vgpu_holders_find(&holders, &host, &devices[0]);
	assert_non_null(process);
	assert_true(process->pid == 42 || process->pid == 43);
	if (process->pid == 42) {
		text = vgpu_process_describe(process);
		assert_string_equal(text, "the domain win10 (qemu-system-x86, PID 42)");
	}
	process = vgpu_holders_find(&holders, &host, &devices[1]);
	assert_non_null(process);
	assert_int_equal(process->pid, 44);
	free(text);
	text = vgpu_process_describe(process);
	assert_string_equal(text, "a process (PID 44)");
	assert_null(vgpu_holders_find(&holders, &host, &devices[2]));
	for (size_t i = 0; i < 3; i++)
		free(devices[i].syspath);
}

static void without_proc_nobody_is_seen(void **state)
{
	struct vgpu_device device = { .syspath = (char *)"/nowhere" };
	const struct vgpu_host host = { .devices = &device, .device_count = 1 };
	BASE_AUTO(vgpu_holders) struct vgpu_holders holders = { 0 };

	(void)state;
	assert_int_equal(vgpu_holders_init(&holders, &host, "/nowhere", NULL), 0);
	assert_null(vgpu_holders_find(&holders, &host, &device));
}

static void a_proc_that_cannot_be_read_is_told(void **state)
{
	struct vgpu_device device = { .syspath = (char *)"/nowhere" };
	const struct vgpu_host host = { .devices = &device, .device_count = 1 };
	BASE_AUTO(vgpu_holders) struct vgpu_holders holders = { 0 };
	BASE_AUTO(base_error) struct base_error err = { 0 };

	(void)state;
	assert_int_equal(vgpu_holders_init(&holders, &host, "/dev/null", &err), -1);
	assert_non_null(strstr(err.message, "cannot open /dev/null"));
}

static void what_cannot_be_seen_is_not_taken_for_unused(void **state)
{
	static const struct {
		const char *link, *target;
		int errnum;
	} cases[] = {
		{ "iommu_group", "../../kernel/iommu_groups/x", EINVAL },
		{ "iommu_group", "../../kernel/iommu_groups/", EINVAL },
		{ "iommu_group", "../../kernel/iommu_groups/999999999", ENOENT },
		{ "vfio-dev", "vfio-dev", ELOOP },
	};
	struct scratch *f = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		const struct vgpu_device device = { .uuid = "U", .syspath = f->path };
		int held;

		put_link(f, cases[i].link, cases[i].target);
		assert_int_equal(vgpu_holder_exclude(&device, &held, &err), -1);
		assert_int_equal(held, -1);
		assert_int_equal(err.errnum, cases[i].errnum);
		assert_non_null(strstr(err.message, "cannot see whether the vGPU U is in use"));
		assert_int_equal(unlinkat(f->fd, cases[i].link, 0), 0);
	}
}

/* As with a program that has too many files open: nothing can be looked into. */
static void without_files_to_open_nothing_is_unused(void **state)
{
	struct scratch *f = *state;
	const struct vgpu_device device = { .uuid = "U", .syspath = f->path };
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct rlimit before, none;
	int held, status;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	status = vgpu_holder_exclude(&device, &held, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(status, -1);
	assert_int_equal(err.errnum, EMFILE);
}

static void what_vfio_does_not_know_is_unused(void **state)
{
	struct scratch *f = *state;
	const struct vgpu_device device = { .uuid = "U", .syspath = f->path };
	int held = 0;

	assert_int_equal(vgpu_holder_exclude(&device, &held, NULL), 0);
	assert_int_equal(held, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_guest_is_named_as_qemu_reads_it),
		cmocka_unit_test(a_long_name_is_cut),
		cmocka_unit_test_setup_teardown(each_holder_is_found_in_one_look, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test(without_proc_nobody_is_seen),
		cmocka_unit_test(a_proc_that_cannot_be_read_is_told),
		cmocka_unit_test_setup_teardown(what_cannot_be_seen_is_not_taken_for_unused,
						scratch_set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(without_files_to_open_nothing_is_unused,
						scratch_set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(what_vfio_does_not_know_is_unused, scratch_set_up,
						scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
