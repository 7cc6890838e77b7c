/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/doctor/act/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vgpu/base/array.h"
#include "vgpu/base/file.h"
#include "vgpu/base/json.h"
#include "vgpu/doctor/gather/below.h"

#define LIMIT	  (4 << 20) /* bytes */
#define DIRECTORY "/var/lib/vgpu"
#define NAME	  "doctor.json"
#define PATH	  DIRECTORY "/" NAME

#define FAILURE "cannot note what is changed"

static int refuse_damaged(const char *root, struct base_error *err)
{
	return base_error_set(err, BASE_FAILED,
			      "%s" PATH
			      " is damaged: remove it, and remove by hand what --fix has written",
			      root);
}

/* Copies a text that may be NULL. */
static int copy_text(char **to, const char *from)
{
	*to = from != NULL ? strdup(from) : NULL;
	return from != NULL && *to == NULL ? -1 : 0;
}

static struct doctor_change *find_change(struct doctor_journal *journal, const char *path)
{
	for (size_t i = 0; i < journal->count; i++) {
		if (strcmp(journal->changes[i].path, path) == 0)
			return &journal->changes[i];
	}
	return NULL;
}

static bool is_same(const char *one, const char *other)
{
	return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

/* Changes that others have made since the first time stay. */
static int change_again(struct doctor_change *old, const struct doctor_change *change)
{
	BASE_AUTO(free) char *before = NULL;
	BASE_AUTO(free) char *after = NULL;
	bool is_changed = !is_same(change->before, old->after);

	if (copy_text(&after, change->after) < 0)
		return -1;
	if (is_changed && change->before != NULL &&
	    doctor_change_take_out(old, change->before, &before) < 0)
		return -1;
	if (is_changed) {
		free(old->before);
		old->before = BASE_STEAL_PTR(before);
	}
	free(old->after);
	old->after = BASE_STEAL_PTR(after);
	old->mode = change->mode;
	old->gid = change->gid;
	return 0;
}

int doctor_journal_add(struct doctor_journal *journal, const struct doctor_change *change,
		       struct base_error *err)
{
	struct doctor_change *changes, *old = find_change(journal, change->path);

	if (old != NULL && doctor_change_is_parameter(old))
		return 0;
	if (old != NULL)
		return change_again(old, change) < 0 ? base_error_no_memory(err, FAILURE) : 0;
	changes = vgpu_array_grow(journal->changes, journal->count, sizeof(*changes));
	if (changes == NULL)
		return base_error_no_memory(err, FAILURE);
	journal->changes = changes;
	changes += journal->count++;
	*changes = (struct doctor_change){ .is_link = change->is_link,
					   .mode = change->mode,
					   .gid = change->gid };
	if (copy_text(&changes->path, change->path) < 0 ||
	    copy_text(&changes->before, change->before) < 0 ||
	    copy_text(&changes->after, change->after) < 0)
		return base_error_no_memory(err, FAILURE);
	return 0;
}

int doctor_journal_add_directory(struct doctor_journal *journal, const char *path,
				 struct base_error *err)
{
	char **directories;

	for (size_t i = 0; i < journal->directory_count; i++) {
		if (strcmp(journal->directories[i], path) == 0)
			return 0;
	}
	directories = vgpu_array_grow(journal->directories, journal->directory_count,
				      sizeof(*directories));
	if (directories == NULL)
		return base_error_no_memory(err, FAILURE);
	journal->directories = directories;
	directories[journal->directory_count] = strdup(path);
	return directories[journal->directory_count++] == NULL ? base_error_no_memory(err, FAILURE)
							       : 0;
}

static const char *text_of(struct json_object *json, const char *key)
{
	struct json_object *member = json_object_object_get(json, key);

	return json_object_is_type(member, json_type_string) ? json_object_get_string(member)
							     : NULL;
}

/* Only files that --fix can write are taken back. */
static int read_change(struct doctor_journal *journal, struct json_object *json,
		       struct base_error *err)
{
	const char *path = text_of(json, "path");
	struct doctor_change change = {
		.path = (char *)path,
		.is_link = json_object_get_boolean(json_object_object_get(json, "link")),
		.before = (char *)text_of(json, "before"),
		.after = (char *)text_of(json, "after"),
		.mode = (mode_t)json_object_get_int(json_object_object_get(json, "mode")) & 0777,
		.gid = (gid_t)json_object_get_int64(json_object_object_get(json, "group")),
	};

	if (path == NULL || change.after == NULL || !doctor_plan_writes(path))
		return base_error_set(err, BASE_FAILED, "an entry makes no sense");
	return doctor_journal_add(journal, &change, err);
}

static int read_entries(struct doctor_journal *journal, struct json_object *json,
			struct base_error *err)
{
	struct json_object *changes = json_object_object_get(json, "changes");
	struct json_object *directories = json_object_object_get(json, "directories");

	if (!json_object_is_type(changes, json_type_array) ||
	    !json_object_is_type(directories, json_type_array))
		return base_error_set(err, BASE_FAILED, "a list is missing");
	for (size_t i = 0; i < json_object_array_length(changes); i++) {
		if (read_change(journal, json_object_array_get_idx(changes, i), err) < 0)
			return -1;
	}
	for (size_t i = 0; i < json_object_array_length(directories); i++) {
		struct json_object *item = json_object_array_get_idx(directories, i);
		const char *path = json_object_get_string(item);

		if (path == NULL || !doctor_plan_needs_directory(path))
			return base_error_set(err, BASE_FAILED, "a directory makes no sense");
		if (doctor_journal_add_directory(journal, path, err) < 0)
			return -1;
	}
	return 0;
}

int doctor_journal_init(struct doctor_journal *journal, const char *root, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	BASE_AUTO(json) struct json_object *json = NULL;
	BASE_AUTO(free) char *text = NULL;
	BASE_AUTO(fd) int fd = doctor_below_open_directory(root, DIRECTORY, &why);

	*journal = (struct doctor_journal){ 0 };
	if (fd >= 0)
		text = base_file_read_at(fd, NAME, LIMIT, NULL, &why);
	if (text == NULL)
		return why.errnum == ENOENT
			       ? 0
			       : base_error_set(err, BASE_FAILED, "%s",
						why.message != NULL ? why.message : PATH);
	json = json_tokener_parse(text);
	if (json_object_is_type(json, json_type_object) && read_entries(journal, json, &why) == 0)
		return 0;
	doctor_journal_finish(journal);
	return refuse_damaged(root, err);
}

static struct json_object *change_to_json(const struct doctor_change *change)
{
	struct json_object *json = json_object_new_object();
	bool is_whole = json != NULL && vgpu_json_add_text(json, "path", change->path) == 0 &&
			vgpu_json_add_flag(json, "link", change->is_link) == 0 &&
			vgpu_json_add_number(json, "mode", (long)change->mode) == 0 &&
			vgpu_json_add_number(json, "group", (long)change->gid) == 0 &&
			vgpu_json_add_text(json, "before", change->before) == 0 &&
			vgpu_json_add_text(json, "after", change->after) == 0;

	return vgpu_json_whole(json, is_whole);
}

static struct json_object *changes_to_json(const struct doctor_journal *journal)
{
	struct json_object *json = json_object_new_array();
	bool is_whole = json != NULL;

	for (size_t i = 0; is_whole && i < journal->count; i++)
		is_whole = vgpu_json_append(json, change_to_json(&journal->changes[i])) == 0;
	return vgpu_json_whole(json, is_whole);
}

static struct json_object *directories_to_json(const struct doctor_journal *journal)
{
	struct json_object *json = json_object_new_array();
	bool is_whole = json != NULL;

	for (size_t i = 0; is_whole && i < journal->directory_count; i++)
		is_whole = vgpu_json_append(json,
					    json_object_new_string(journal->directories[i])) == 0;
	return vgpu_json_whole(json, is_whole);
}

static struct json_object *journal_to_json(const struct doctor_journal *journal)
{
	struct json_object *json = json_object_new_object();
	bool is_whole = json != NULL &&
			vgpu_json_add(json, "changes", changes_to_json(journal)) == 0 &&
			vgpu_json_add(json, "directories", directories_to_json(journal)) == 0;

	return vgpu_json_whole(json, is_whole);
}

static int remove_journal(const char *root, struct base_error *err)
{
	const char *name;
	BASE_AUTO(fd) int fd = doctor_below_open_directory(root, DIRECTORY, NULL);
	BASE_AUTO(fd) int above = doctor_below_open(root, DIRECTORY, &name, NULL);

	if (fd < 0)
		return 0;
	doctor_below_sweep(fd, NAME);
	if (unlinkat(fd, NAME, 0) < 0 && errno != ENOENT)
		return base_error_errno(err, errno, "cannot remove %s" PATH, root);
	/* The directory stays if others have files in it. */
	if (above >= 0)
		unlinkat(above, name, AT_REMOVEDIR);
	return 0;
}

/* An image may have no /var/lib yet. */
static int open_directory(const char *root, struct base_error *err)
{
	static const char *const parts[] = { "/var", "/var/lib", DIRECTORY };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *name;
		BASE_AUTO(fd) int above = doctor_below_open(root, parts[i], &name, err);

		if (above < 0)
			return -1;
		if (mkdirat(above, name, 0755) < 0 && errno != EEXIST)
			return base_error_errno(err, errno, "cannot make %s%s", root, parts[i]);
	}
	return doctor_below_open_directory(root, DIRECTORY, err);
}

int doctor_journal_write(const struct doctor_journal *journal, const char *root,
			 struct base_error *err)
{
	BASE_AUTO(json) struct json_object *json = NULL;
	BASE_AUTO(fd) int fd = -1;
	const char *text;

	if (journal->count == 0 && journal->directory_count == 0)
		return remove_journal(root, err);
	json = journal_to_json(journal);
	text = json != NULL ? json_object_to_json_string_ext(json, VGPU_JSON_STYLE) : NULL;
	if (text == NULL)
		return base_error_no_memory(err, FAILURE);
	fd = open_directory(root, err);
	if (fd < 0)
		return -1;
	return base_file_replace_at(fd, NAME, text, strlen(text), 0600, err);
}

void doctor_journal_finish(struct doctor_journal *journal)
{
	if (journal == NULL)
		return;
	for (size_t i = 0; i < journal->count; i++)
		doctor_change_finish(&journal->changes[i]);
	for (size_t i = 0; i < journal->directory_count; i++)
		free(journal->directories[i]);
	free(journal->changes);
	free(journal->directories);
	*journal = (struct doctor_journal){ 0 };
}
