/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vgpu/base/cleanup.h"

#define SUFFIX_LENGTH 9 /* ".%08x" */

/* Opens without waiting for a FIFO's writer and without following a link. */
static int open_regular(int dirfd, const char *path, struct base_error *err)
{
	BASE_AUTO(fd) int fd = -1;
	struct stat st;

	fd = BASE_RETRY(openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
	if (fd < 0)
		return base_error_errno(err, errno, "cannot open %s", path);
	if (fstat(fd, &st) < 0)
		return base_error_errno(err, errno, "cannot stat %s", path);
	if (!S_ISREG(st.st_mode))
		return base_error_set(err, BASE_FAILED, "%s is not a regular file", path);
	return BASE_STEAL_FD(fd);
}

char *base_file_read_at(int dirfd, const char *path, size_t limit, size_t *length,
			struct base_error *err)
{
	BASE_AUTO(fd) int fd = open_regular(dirfd, path, err);
	BASE_AUTO(free) char *text = NULL;
	size_t used = 0;

	if (fd < 0)
		return NULL;
	/* One byte more than the limit shows that a file is too long. */
	text = malloc(limit + 2);
	if (text == NULL) {
		base_error_no_memory(err, "cannot read %s", path);
		return NULL;
	}
	while (used <= limit) {
		ssize_t got = BASE_RETRY(read(fd, text + used, limit + 1 - used));

		if (got < 0) {
			base_error_errno(err, errno, "cannot read %s", path);
			return NULL;
		}
		if (got == 0)
			break;
		used += (size_t)got;
	}
	if (used > limit) {
		base_error_set(err, BASE_FAILED, "%s is longer than %zu bytes", path, limit);
		return NULL;
	}
	if (memchr(text, '\0', used) != NULL) {
		base_error_set(err, BASE_FAILED, "%s holds a NUL byte", path);
		return NULL;
	}
	text[used] = '\0';
	if (length != NULL)
		*length = used;
	return BASE_STEAL_PTR(text);
}

char *base_file_read_all(int fd, const char *name, size_t limit, size_t *length,
			 struct base_error *err)
{
	size_t used = 0, size = 0;
	BASE_AUTO(free) char *text = NULL;

	for (;;) {
		ssize_t got;

		if (used == size) {
			char *grown = realloc(text, size += 65536);

			if (grown == NULL) {
				base_error_no_memory(err, "cannot read %s", name);
				return NULL;
			}
			text = grown;
		}
		got = BASE_RETRY(read(fd, text + used, size - used));
		if (got < 0) {
			base_error_errno(err, errno, "cannot read %s", name);
			return NULL;
		}
		used += (size_t)got;
		if (got == 0 || used > limit)
			break;
	}
	*length = used;
	return BASE_STEAL_PTR(text);
}

char *base_file_read_attribute_at(int dirfd, const char *path)
{
	char page[4096 + 1]; /* one byte more shows that it is longer */
	BASE_AUTO(fd) int fd = -1;
	ssize_t length;

	fd = BASE_RETRY(openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
	if (fd < 0)
		return NULL;
	length = BASE_RETRY(read(fd, page, sizeof(page)));
	if (length < 0 || length == sizeof(page) || strnlen(page, (size_t)length) != (size_t)length)
		return NULL;
	return strndup(page, (size_t)length);
}

static int write_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t written = BASE_RETRY(write(fd, data, length));

		if (written < 0)
			return -1;
		data += written;
		length -= (size_t)written;
	}
	return 0;
}

bool base_file_is_temporary(const char *name, char base[NAME_MAX + 1])
{
	size_t length = strlen(name);

	if (name[0] != '.' || length <= 1 + SUFFIX_LENGTH || length > NAME_MAX ||
	    name[length - SUFFIX_LENGTH] != '.' ||
	    strspn(name + length - (SUFFIX_LENGTH - 1), "0123456789abcdef") != SUFFIX_LENGTH - 1)
		return false;
	memcpy(base, name + 1, length - 1 - SUFFIX_LENGTH);
	base[length - 1 - SUFFIX_LENGTH] = '\0';
	return true;
}

/* The file is hidden and has a random name, so that nobody takes it for a definition. */
static int create_temporary(int dirfd, const char *path, mode_t mode, char *name, size_t size)
{
	for (int attempt = 0; attempt < 16; attempt++) {
		unsigned int random = 0;
		int fd;

		if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
			return -1;
		if ((size_t)snprintf(name, size, ".%s.%08x", path, random) >= size) {
			errno = ENAMETOOLONG;
			return -1;
		}
		fd = BASE_RETRY(openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

struct ownership {
	uid_t uid; /* -1: the user who runs this */
	gid_t gid;
	mode_t mode;
};

static int fill_temporary(int fd, const void *data, size_t length, const struct ownership *to)
{
	struct stat st;

	/* A change of owner may clear mode bits, so it comes first. */
	if (to->uid != (uid_t)-1) {
		if (fstat(fd, &st) < 0)
			return -1;
		if ((st.st_uid != to->uid || st.st_gid != to->gid) &&
		    fchown(fd, to->uid, to->gid) < 0)
			return -1;
	}
	/* fchmod() sets the mode that was asked for, whatever the umask is. */
	if (fchmod(fd, to->mode) < 0 || write_all(fd, data, length) < 0)
		return -1;
	return fsync(fd);
}

static int replace_file(int dirfd, const char *path, const void *data, size_t length,
			const struct ownership *to, struct base_error *err)
{
	char name[NAME_MAX + 1];
	BASE_AUTO(fd) int fd = -1;

	if (strchr(path, '/') != NULL)
		return base_error_errno(err, EINVAL, "cannot write %s", path);
	fd = create_temporary(dirfd, path, to->mode & 0600, name, sizeof(name));
	if (fd < 0)
		return base_error_errno(err, errno, "cannot write %s", path);
	if (fill_temporary(fd, data, length, to) < 0 || renameat(dirfd, name, dirfd, path) < 0) {
		int saved = errno;

		unlinkat(dirfd, name, 0);
		return base_error_errno(err, saved, "cannot write %s", path);
	}
	if (fsync(dirfd) < 0)
		return base_error_errno(err, errno, "cannot write %s to the disk", path);
	return 0;
}

int base_file_replace_at(int dirfd, const char *path, const void *data, size_t length, mode_t mode,
			 struct base_error *err)
{
	const struct ownership to = { (uid_t)-1, (gid_t)-1, mode };

	return replace_file(dirfd, path, data, length, &to, err);
}

int base_file_rewrite_at(int dirfd, const char *path, const void *data, size_t length,
			 struct base_error *err)
{
	struct ownership to;
	struct stat st;

	if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return base_error_errno(err, errno, "cannot write %s", path);
	if (!S_ISREG(st.st_mode))
		return base_error_set(err, BASE_FAILED, "%s is not a regular file", path);
	to = (struct ownership){ st.st_uid, st.st_gid, (st.st_mode & 0664) | 0600 };
	return replace_file(dirfd, path, data, length, &to, err);
}

int base_file_write_attribute(const char *path, const char *value, struct base_error *err)
{
	BASE_AUTO(fd) int fd = -1;
	size_t length = strlen(value);
	ssize_t written;

	fd = BASE_RETRY(open(path, O_WRONLY | O_CLOEXEC));
	if (fd < 0)
		return base_error_errno(err, errno, "cannot open %s", path);
	written = BASE_RETRY(write(fd, value, length));
	if (written != (ssize_t)length)
		return base_error_errno(err, written < 0 ? errno : EIO, "cannot write to %s", path);
	return 0;
}
