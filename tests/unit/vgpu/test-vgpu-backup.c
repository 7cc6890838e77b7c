/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "vgpu/base/file.h"
#include "vgpu/domain/backup.h"

#define UUID "c7a5fdbd-edaf-9455-926a-d65c16db1809"

static char *place_in(const struct scratch *scratch)
{
	char *place = NULL;

	assert_true(asprintf(&place, "%s/state/vgpu/backups", scratch->path) > 0);
	return place;
}

static void only_the_owner_may_read_them(void **state)
{
	BASE_AUTO(free) char *place = place_in(*state);
	BASE_AUTO(free) char *path = vgpu_backup_save(place, UUID, "<domain/>", NULL);
	BASE_AUTO(free) char *directory = NULL;
	BASE_AUTO(free) char *text = NULL;
	struct stat st;

	assert_non_null(path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	directory = strndup(path, (size_t)(strrchr(path, '/') - path));
	assert_int_equal(stat(directory, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_string_equal(strrchr(directory, '/'), "/" UUID);
	text = base_file_read_at(AT_FDCWD, path, 100, NULL, NULL);
	assert_string_equal(text, "<domain/>");
}

static void they_are_listed_the_newest_last(void **state)
{
	BASE_AUTO(free) char *place = place_in(*state);
	BASE_AUTO(vgpu_backups) struct vgpu_backups backups = { 0 };
	time_t now = time(NULL);
	char *paths[20];

	assert_int_equal(vgpu_backups_init(&backups, place, UUID, NULL), 0);
	assert_int_equal(backups.count, 0);
	for (size_t i = 0; i < 20; i++) {
		paths[i] = vgpu_backup_save(place, UUID, i % 2 == 0 ? "<a/>" : "<bc/>", NULL);
		assert_non_null(paths[i]);
	}
	assert_int_equal(vgpu_backups_init(&backups, place, UUID, NULL), 0);
	assert_int_equal(backups.count, 20);
	for (size_t i = 0; i < 20; i++) {
		assert_string_equal(backups.items[i].path, paths[i]);
		assert_int_equal(backups.items[i].size, i % 2 == 0 ? 4 : 5);
		assert_in_range(backups.items[i].time, now, now + 60);
		free(paths[i]);
	}
}

static void put(int fd, const char *name)
{
	BASE_AUTO(fd) int file = openat(fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(file >= 0);
}

static void other_files_are_left_out(void **state)
{
	static const char *const others[] = { "notes.xml",
					      "20260131-235959.xml",
					      "20260131-235959.12345.xml",
					      "20260131-235959.123456.xml~",
					      "20261331-235959.123456.xml",
					      "20260131-235959.12345a.xml",
					      ".20260131-235959.123456.xml.Ab12" };
	BASE_AUTO(free) char *place = place_in(*state);
	BASE_AUTO(free) char *path = vgpu_backup_save(place, UUID, "<domain/>", NULL);
	BASE_AUTO(vgpu_backups) struct vgpu_backups backups = { 0 };
	BASE_AUTO(fd) int fd = -1;

	assert_non_null(path);
	*strrchr(path, '/') = '\0';
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		put(fd, others[i]);
	assert_int_equal(symlinkat("/etc/passwd", fd, "20260131-235959.123456.xml"), 0);
	assert_int_equal(vgpu_backups_init(&backups, place, UUID, NULL), 0);
	assert_int_equal(backups.count, 1);
}

static void a_place_that_is_not_only_ours_is_refused(void **state)
{
	BASE_AUTO(free) char *place = place_in(*state);
	BASE_AUTO(free) char *path = vgpu_backup_save(place, UUID, "<domain/>", NULL);
	BASE_AUTO(base_error) struct base_error err = { 0 };

	assert_non_null(path);
	*strrchr(path, '/') = '\0';
	assert_int_equal(chmod(path, 0755), 0);
	assert_null(vgpu_backup_save(place, UUID, "<domain/>", &err));
	assert_non_null(strstr(err.message, "with 'chmod 700'"));
	assert_int_equal(chmod(path, 0700), 0);
}

static void a_place_that_cannot_be_made_is_an_error(void **state)
{
	const struct scratch *scratch = *state;
	BASE_AUTO(free) char *place = NULL;
	BASE_AUTO(base_error) struct base_error err = { 0 };

	put(scratch->fd, "file");
	assert_true(asprintf(&place, "%s/file/backups", scratch->path) > 0);
	assert_null(vgpu_backup_save(place, UUID, "<domain/>", &err));
	assert_non_null(strstr(err.message, "cannot keep the old definition in "));
	assert_non_null(strstr(err.message, "Not a directory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_the_owner_may_read_them, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(they_are_listed_the_newest_last, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(other_files_are_left_out, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(a_place_that_is_not_only_ours_is_refused,
						scratch_set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(a_place_that_cannot_be_made_is_an_error,
						scratch_set_up, scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
