/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/file.h"
#include "vgpu/base/log.h"
#include "vgpu/doctor/act/fix.h"
#include "vgpu/doctor/act/journal.h"
#include "vgpu/doctor/gather/below.h"
#include "vgpu/store/lock.h"

#define LIMIT (2 << 20) /* bytes */

static int put_back(int fd, const char *name, const char *text, const char *root,
		    const struct doctor_change *change, struct base_error *err)
{
	if (text != NULL)
		return doctor_change_write(change, fd, name, text, err);
	if (unlinkat(fd, name, 0) < 0 && errno != ENOENT)
		return base_error_errno(err, errno, "cannot remove %s%s", root, change->path);
	return 0;
}

/* Somebody has changed the file since; their changes stay. */
static int undo_changed(int fd, const char *name, const char *text, const char *root,
			const struct doctor_change *change, struct base_error *err)
{
	BASE_AUTO(free) char *rest = NULL;

	if (doctor_change_take_out(change, text, &rest) < 0)
		return base_error_no_memory(err, "cannot take back %s%s", root, change->path);
	if (put_back(fd, name, rest, root, change, err) < 0)
		return -1;
	if (rest == NULL)
		printf("removed %s%s\n", root, change->path);
	else
		printf("changed since: removed what --fix had added to %s%s, and left the rest\n",
		       root, change->path);
	return 0;
}

static int undo_file(int fd, const char *name, const char *root, const struct doctor_change *change,
		     struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	BASE_AUTO(free) char *text = base_file_read_at(fd, name, LIMIT, NULL, &why);

	if (text == NULL && why.errnum == ENOENT) {
		if (change->before != NULL)
			printf("left alone: %s%s is gone\n", root, change->path);
		return 0;
	}
	if (text == NULL)
		return base_error_set(err, BASE_FAILED, "cannot take back %s%s: %s", root,
				      change->path, why.message != NULL ? why.message : "?");
	if (change->before != NULL && strcmp(text, change->before) == 0)
		return 0;
	if (strcmp(text, change->after) != 0)
		return undo_changed(fd, name, text, root, change, err);
	if (put_back(fd, name, change->before, root, change, err) < 0)
		return -1;
	printf("%s %s%s\n", change->before != NULL ? "restored" : "removed", root, change->path);
	return 0;
}

static int undo_link(int fd, const char *name, const char *root, const struct doctor_change *change,
		     struct base_error *err)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(fd, name, target, sizeof(target) - 1);

	if (length < 0 && errno == ENOENT)
		return 0;
	target[length < 0 ? 0 : length] = '\0';
	if (strcmp(target, change->after) != 0) {
		printf("left alone: %s%s points elsewhere now\n", root, change->path);
		return 0;
	}
	if (put_back(fd, name, NULL, root, change, err) < 0)
		return -1;
	printf("removed %s%s\n", root, change->path);
	return 0;
}

/* A parameter reads Y or N; it stays if it is no longer what --fix has set. */
static int undo_parameter(const struct doctor_change *change, const char *root,
			  struct base_error *err)
{
	BASE_AUTO(free) char *now = base_file_read_attribute_at(AT_FDCWD, change->path);

	/* Another system's parameters are not those of the running kernel. */
	if (*root != '\0' || now == NULL || change->before == NULL ||
	    (*now == 'Y') != (*change->after == '1'))
		return 0;
	if (base_file_write_attribute(change->path, change->before, err) < 0)
		return base_error_wrap(err, "cannot take back %s", change->path);
	printf("set %s to %s again\n", change->path, change->before);
	return 0;
}

static int undo_change(const struct doctor_change *change, const char *root, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	const char *name;
	BASE_AUTO(fd) int fd = -1;

	if (doctor_change_is_parameter(change))
		return undo_parameter(change, root, err);
	fd = doctor_below_open(root, change->path, &name, &why);
	if (fd < 0 && why.errnum == ENOENT)
		return 0;
	if (fd < 0)
		return base_error_set(err, BASE_FAILED, "%s", why.message);
	doctor_below_sweep(fd, name);
	return change->is_link ? undo_link(fd, name, root, change, err)
			       : undo_file(fd, name, root, change, err);
}

/* Directories that somebody else uses now stay. */
static void remove_directories(struct doctor_journal *journal, const char *root)
{
	for (size_t i = journal->directory_count; i > 0; i--) {
		const char *name;
		BASE_AUTO(fd)
		int fd = doctor_below_open(root, journal->directories[i - 1], &name, NULL);

		if (fd >= 0)
			unlinkat(fd, name, AT_REMOVEDIR);
		free(journal->directories[i - 1]);
	}
	journal->directory_count = 0;
}

/* What could not be taken back stays in the journal. */
static int undo_all(struct doctor_journal *journal, const char *root, struct base_error *err)
{
	while (journal->count > 0) {
		struct doctor_change *last = &journal->changes[journal->count - 1];

		if (undo_change(last, root, err) < 0) {
			doctor_journal_write(journal, root, NULL);
			return -1;
		}
		doctor_change_finish(last);
		journal->count--;
	}
	remove_directories(journal, root);
	return doctor_journal_write(journal, root, err);
}

static bool changes_options(const struct doctor_journal *journal)
{
	for (size_t i = 0; i < journal->count; i++) {
		if (strcmp(journal->changes[i].path, DOCTOR_MODPROBE_PATH) == 0)
			return true;
	}
	return false;
}

int doctor_undo(const char *root, struct base_error *err)
{
	BASE_AUTO(doctor_journal) struct doctor_journal journal = { 0 };
	BASE_AUTO(fd) int lock = -1;
	bool had_options;

	if (*root == '\0' && geteuid() != 0)
		return base_error_set(
			err, BASE_FAILED,
			"nothing was changed, because that needs root: sudo vgpu doctor --undo");
	if (*root == '\0') {
		lock = vgpu_lock_take(NULL, err);
		if (lock < 0)
			return -1;
	}
	if (doctor_journal_init(&journal, root, err) < 0)
		return -1;
	if (journal.count == 0 && journal.directory_count == 0) {
		printf("there is nothing to take back\n");
		return doctor_journal_write(&journal, root, err);
	}
	had_options = changes_options(&journal);
	if (undo_all(&journal, root, err) < 0)
		return -1;
	if (had_options) {
		printf("i915 keeps its options until the next boot\n");
		doctor_print_initramfs(root);
	}
	return BASE_DONE;
}
