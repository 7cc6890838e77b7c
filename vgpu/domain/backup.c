/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vgpu/base/array.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/dir.h"
#include "vgpu/base/file.h"
#include "vgpu/base/text.h"

#define ROOTS_PLACE "/var/lib/vgpu/backups"

/* In UTC, so that the order of the names is that of the times: 20260131-235959.123456.xml */
#define NAME_FORMAT "%Y%m%d-%H%M%S"
#define NAME_SIZE   sizeof("20260131-235959.123456.xml")

#define FAILURE "cannot keep the old definition"

static bool is_path(const char *value)
{
	return value != NULL && *value == '/';
}

/* The XDG Base Directory Specification: a path that is not absolute is ignored. */
char *vgpu_backup_place(struct base_error *err)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	char *place = NULL;

	if (geteuid() == 0) {
		place = strdup(ROOTS_PLACE);
	} else if (is_path(state)) {
		place = base_text_format("%s/vgpu/backups", state);
	} else if (is_path(home)) {
		place = base_text_format("%s/.local/state/vgpu/backups", home);
	} else {
		base_error_set(err, BASE_FAILED,
			       FAILURE ": neither HOME nor XDG_STATE_HOME is an absolute path");
		return NULL;
	}
	if (place == NULL)
		base_error_no_memory(err, FAILURE);
	return place;
}

/*
 * /var/lib/vgpu also has files that all may read; only the owner may read the
 * domain's directory.
 */
static int make_directories(char *path)
{
	const mode_t mode = geteuid() == 0 ? 0755 : 0700;

	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		int status;

		*slash = '\0';
		status = mkdir(path, mode);
		*slash = '/';
		if (status < 0 && errno != EEXIST)
			return -1;
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

/* Passwords must not be kept in a directory that others may use. */
static int check_directory(int fd, const char *path, struct base_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return base_error_errno(err, errno, "cannot look at %s", path);
	if (st.st_uid != geteuid() || (st.st_mode & 077) != 0)
		return base_error_set(err, BASE_FAILED,
				      "cannot keep the old definition in %s, which others may use: "
				      "make it yours alone with 'chmod 700'",
				      path);
	return 0;
}

static int open_directory(char *path, struct base_error *err)
{
	BASE_AUTO(fd) int fd = -1;

	if (make_directories(path) == 0)
		fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return base_error_errno(err, errno, "cannot keep the old definition in %s", path);
	return check_directory(fd, path, err) < 0 ? -1 : BASE_STEAL_FD(fd);
}

static void advance(struct timespec *now)
{
	now->tv_nsec += 1000;
	if (now->tv_nsec >= 1000000000) {
		now->tv_nsec -= 1000000000;
		now->tv_sec++;
	}
}

/* Finds a name that no file has yet, even if the clock was set back. */
static void find_name(int directory, char name[NAME_SIZE])
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	do {
		struct tm utc;
		size_t length;

		gmtime_r(&now.tv_sec, &utc);
		length = strftime(name, NAME_SIZE, NAME_FORMAT, &utc);
		snprintf(name + length, NAME_SIZE - length, ".%06ld.xml",
			 now.tv_nsec / 1000 % 1000000);
		advance(&now);
	} while (faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
}

char *vgpu_backup_save(const char *place, const char *uuid, const char *xml, struct base_error *err)
{
	BASE_AUTO(free) char *directory = NULL;
	BASE_AUTO(free) char *path = NULL;
	BASE_AUTO(fd) int fd = -1;
	char name[NAME_SIZE] = "";

	directory = base_text_format("%s/%s", place, uuid);
	if (directory == NULL) {
		base_error_no_memory(err, FAILURE);
		return NULL;
	}
	fd = open_directory(directory, err);
	if (fd < 0)
		return NULL;
	find_name(fd, name);
	path = base_text_format("%s/%s", directory, name);
	if (path == NULL) {
		base_error_no_memory(err, FAILURE);
		return NULL;
	}
	if (base_file_replace_at(fd, name, xml, strlen(xml), 0600, err) < 0) {
		base_error_wrap(err, "cannot keep the old definition in %s", directory);
		return NULL;
	}
	return BASE_STEAL_PTR(path);
}

/* False if it is not the name of a backup. */
static bool parse_name(const char *name, time_t *time)
{
	struct tm utc = { 0 };
	const char *end = strptime(name, NAME_FORMAT, &utc);

	if (end == NULL || *end != '.' || strlen(name) != NAME_SIZE - 1 ||
	    strspn(end + 1, "0123456789") != 6 || strcmp(end + 7, ".xml") != 0)
		return false;
	*time = timegm(&utc);
	return true;
}

static int add_backup(struct vgpu_backups *backups, int fd, const char *directory, const char *name,
		      struct base_error *err)
{
	struct vgpu_backup *items;
	struct stat st;
	time_t time;

	if (!parse_name(name, &time) || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode))
		return 0;
	items = vgpu_array_grow(backups->items, backups->count, sizeof(*items));
	if (items == NULL)
		return base_error_no_memory(err, FAILURE);
	backups->items = items;
	items += backups->count;
	*items = (struct vgpu_backup){ .time = time, .size = st.st_size };
	items->path = base_text_format("%s/%s", directory, name);
	if (items->path == NULL)
		return base_error_no_memory(err, FAILURE);
	backups->count++;
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	const struct vgpu_backup *left = a, *right = b;

	return strcmp(left->path, right->path);
}

int vgpu_backups_init(struct vgpu_backups *backups, const char *place, const char *uuid,
		      struct base_error *err)
{
	BASE_AUTO(free) char *directory = NULL;
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;
	const char *name;

	*backups = (struct vgpu_backups){ 0 };
	directory = base_text_format("%s/%s", place, uuid);
	if (directory == NULL)
		return base_error_no_memory(err, FAILURE);
	if (base_dir_open(&dir, AT_FDCWD, directory) < 0)
		return errno == ENOENT ? 0
				       : base_error_errno(err, errno, "cannot open %s", directory);
	while ((name = base_dir_next(&dir)) != NULL) {
		if (add_backup(backups, dir.fd, directory, name, err) < 0)
			return -1;
	}
	if (errno != 0)
		return base_error_errno(err, errno, "cannot read %s", directory);
	if (backups->count > 0)
		qsort(backups->items, backups->count, sizeof(*backups->items), compare_paths);
	return 0;
}

void vgpu_backups_finish(struct vgpu_backups *backups)
{
	if (backups == NULL)
		return;
	for (size_t i = 0; i < backups->count; i++)
		free(backups->items[i].path);
	free(backups->items);
	*backups = (struct vgpu_backups){ 0 };
}
