/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "vgpu/base/file.h"

/*
 * System calls that base_file_replace_at makes, in its order, each of which can
 * be made to fail here. The program's own definitions come before the C
 * library's.
 */
enum call {
	CALL_FCHMOD,
	CALL_WRITE,
	CALL_FSYNC,
	CALL_RENAME,
	CALL_COUNT,
};

static struct {
	enum call fails; /* CALL_COUNT: none */
	int errnum;
	int after; /* how many of that call go well before */
	bool writes_are_short;
} fault = { .fails = CALL_COUNT };

static bool fails(enum call call)
{
	if (fault.fails != call || fault.after-- != 0)
		return false;
	errno = fault.errnum;
	return true;
}

int fchmod(int fd, mode_t mode)
{
	return fails(CALL_FCHMOD) ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

ssize_t write(int fd, const void *data, size_t length)
{
	if (fails(CALL_WRITE))
		return -1;
	return syscall(SYS_write, fd, data, fault.writes_are_short && length > 1 ? 1 : length);
}

int fsync(int fd)
{
	return fails(CALL_FSYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	return fails(CALL_RENAME) ? -1 : (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

static int set_up(void **state)
{
	fault.fails = CALL_COUNT;
	fault.writes_are_short = false;
	return scratch_set_up(state);
}

static void put(const struct scratch *f, const char *name, const void *data, size_t length)
{
	int fd = openat(f->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(syscall(SYS_write, fd, data, length), length);
	close(fd);
}

static size_t count_entries(const struct scratch *f)
{
	DIR *dir = opendir(f->path);
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count - 2;
}

static void assert_holds(const struct scratch *f, const char *name, const char *want)
{
	BASE_AUTO(free) char *text = base_file_read_at(f->fd, name, 4096, NULL, NULL);

	assert_non_null(text);
	assert_string_equal(text, want);
}

static void a_file_is_read_with_its_length(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *text = NULL;
	size_t length = 0;

	put(f, "file", "hello\n", 6);
	text = base_file_read_at(f->fd, "file", 6, &length, &err);
	assert_non_null(text);
	assert_string_equal(text, "hello\n");
	assert_int_equal(length, 6);
	assert_false(base_error_is_set(&err));
}

static void an_empty_file_is_an_empty_text(void **state)
{
	const struct scratch *f = *state;

	put(f, "file", "", 0);
	assert_holds(f, "file", "");
}

static void assert_not_read(const struct scratch *f, const char *name, size_t limit, int errnum,
			    const char *message)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };

	assert_null(base_file_read_at(f->fd, name, limit, NULL, &err));
	assert_int_equal(err.errnum, errnum);
	assert_int_equal(err.status, BASE_FAILED);
	assert_string_equal(err.message, message);
	assert_null(base_file_read_at(f->fd, name, limit, NULL, NULL));
}

static void what_is_not_to_be_read_is_refused(void **state)
{
	const struct scratch *f = *state;

	put(f, "long", "1234567", 7);
	put(f, "binary", "a\0b", 3);
	assert_int_equal(symlinkat("long", f->fd, "link"), 0);
	assert_int_equal(symlinkat("nowhere", f->fd, "dangling"), 0);
	assert_int_equal(mkfifoat(f->fd, "fifo", 0600), 0);
	assert_int_equal(mkdirat(f->fd, "directory", 0700), 0);
	assert_not_read(f, "long", 6, 0, "long is longer than 6 bytes");
	assert_not_read(f, "binary", 6, 0, "binary holds a NUL byte");
	assert_not_read(f, "link", 6, ELOOP, "cannot open link: Too many levels of symbolic links");
	assert_not_read(f, "dangling", 6, ELOOP,
			"cannot open dangling: Too many levels of symbolic links");
	assert_not_read(f, "fifo", 6, 0, "fifo is not a regular file");
	assert_not_read(f, "directory", 6, 0, "directory is not a regular file");
	assert_not_read(f, "absent", 6, ENOENT, "cannot open absent: No such file or directory");
}

static void a_new_file_has_its_mode_whatever_the_umask(void **state)
{
	const struct scratch *f = *state;
	mode_t old = umask(0077);
	struct stat st;

	assert_int_equal(base_file_replace_at(f->fd, "file", "new", 3, 0644, NULL), 0);
	umask(old);
	assert_holds(f, "file", "new");
	assert_int_equal(fstatat(f->fd, "file", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(count_entries(f), 1);
}

static void an_old_file_is_replaced_as_a_whole(void **state)
{
	const struct scratch *f = *state;

	put(f, "file", "a longer old text", 17);
	assert_int_equal(base_file_replace_at(f->fd, "file", "new", 3, 0644, NULL), 0);
	assert_holds(f, "file", "new");
	assert_int_equal(count_entries(f), 1);
}

static void a_link_is_replaced_and_not_followed(void **state)
{
	const struct scratch *f = *state;

	put(f, "target", "kept", 4);
	assert_int_equal(symlinkat("target", f->fd, "file"), 0);
	assert_int_equal(base_file_replace_at(f->fd, "file", "new", 3, 0644, NULL), 0);
	assert_holds(f, "target", "kept");
	assert_holds(f, "file", "new");
}

static void short_writes_are_continued(void **state)
{
	const struct scratch *f = *state;

	fault.writes_are_short = true;
	assert_int_equal(base_file_replace_at(f->fd, "file", "byte by byte", 12, 0644, NULL), 0);
	assert_holds(f, "file", "byte by byte");
}

static void an_interrupted_write_is_repeated(void **state)
{
	const struct scratch *f = *state;

	fault.fails = CALL_WRITE;
	fault.errnum = EINTR;
	fault.after = 0;
	assert_int_equal(base_file_replace_at(f->fd, "file", "new", 3, 0644, NULL), 0);
	assert_holds(f, "file", "new");
}

static void after_a_failure_the_old_file_is_untouched(void **state)
{
	static const struct {
		enum call call;
		int errnum;
	} cases[] = {
		{ CALL_FCHMOD, EPERM },
		{ CALL_WRITE, ENOSPC },
		{ CALL_FSYNC, EIO },
		{ CALL_RENAME, EROFS },
	};
	const struct scratch *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };

		put(f, "file", "old", 3);
		fault.fails = cases[i].call;
		fault.errnum = cases[i].errnum;
		fault.after = 0;
		assert_int_equal(base_file_replace_at(f->fd, "file", "new", 3, 0644, &err), -1);
		assert_int_equal(err.errnum, cases[i].errnum);
		assert_non_null(strstr(err.message, "cannot write file: "));
		assert_holds(f, "file", "old");
		assert_int_equal(count_entries(f), 1);
	}
}

static void a_directory_that_cannot_be_synced_is_told(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(base_error) struct base_error err = { 0 };

	fault.fails = CALL_FSYNC;
	fault.errnum = EIO;
	fault.after = 1;
	assert_int_equal(base_file_replace_at(f->fd, "file", "new", 3, 0644, &err), -1);
	assert_string_equal(err.message, "cannot write file to the disk: Input/output error");
	assert_int_equal(count_entries(f), 1);
}

static void a_path_with_a_directory_is_refused(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(base_error) struct base_error err = { 0 };

	assert_int_equal(base_file_replace_at(f->fd, "../file", "new", 3, 0644, &err), -1);
	assert_int_equal(err.errnum, EINVAL);
	assert_int_equal(count_entries(f), 0);
}

static void a_name_too_long_is_refused(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	char name[256];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(base_file_replace_at(f->fd, name, "new", 3, 0644, &err), -1);
	assert_int_equal(err.errnum, ENAMETOOLONG);
}

static void an_attribute_is_written_at_once(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	char path[128];

	put(f, "create", "", 0);
	snprintf(path, sizeof(path), "%s/create", f->path);
	assert_int_equal(base_file_write_attribute(path, "4b20d080", NULL), 0);
	assert_holds(f, "create", "4b20d080");
	fault.writes_are_short = true;
	assert_int_equal(base_file_write_attribute(path, "4b20d080", &err), -1);
	assert_int_equal(err.errnum, EIO);
}

static void an_attribute_answers_with_the_kernels_errno(void **state)
{
	static const struct {
		const char *path;
		int errnum;
	} cases[] = {
		{ "/dev/full", ENOSPC },
		{ "/nowhere/create", ENOENT },
		{ "/proc/self/cmdline/create", ENOTDIR },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };

		assert_int_equal(base_file_write_attribute(cases[i].path, "1", &err), -1);
		assert_int_equal(err.errnum, cases[i].errnum);
		assert_non_null(strstr(err.message, cases[i].path));
	}
}

static void only_a_writers_file_is_temporary(void **state)
{
	static const struct {
		const char *name;
		const char *base; /* NULL: it is not one */
	} cases[] = {
		{ ".file.0123abcd", "file" },
		{ ".a.b.00000000", "a.b" },
		{ "file", NULL },
		{ ".file", NULL },
		{ ".file.0123abc", NULL },
		{ ".file.0123ABCD", NULL },
		{ "file.0123abcd", NULL },
		{ "..0123abcd", NULL },
		{ ".file.0123abcg", NULL },
		{ ".0123abcd", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char base[NAME_MAX + 1] = "";

		assert_int_equal(base_file_is_temporary(cases[i].name, base),
				 cases[i].base != NULL);
		if (cases[i].base != NULL)
			assert_string_equal(base, cases[i].base);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_writers_file_is_temporary),
		TEST(a_file_is_read_with_its_length),
		TEST(an_empty_file_is_an_empty_text),
		TEST(what_is_not_to_be_read_is_refused),
		TEST(a_new_file_has_its_mode_whatever_the_umask),
		TEST(an_old_file_is_replaced_as_a_whole),
		TEST(a_link_is_replaced_and_not_followed),
		TEST(short_writes_are_continued),
		TEST(an_interrupted_write_is_repeated),
		TEST(after_a_failure_the_old_file_is_untouched),
		TEST(a_directory_that_cannot_be_synced_is_told),
		TEST(a_path_with_a_directory_is_refused),
		TEST(a_name_too_long_is_refused),
		TEST(an_attribute_is_written_at_once),
		TEST(an_attribute_answers_with_the_kernels_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
