/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vgpu/base/array.h"
#include "vgpu/base/dir.h"
#include "vgpu/base/file.h"
#include "vgpu/base/log.h"
#include "vgpu/base/text.h"

#define FILE_LIMIT 65536 /* bytes; mdevctl's own have some hundred */

/* Scripts that mdevctl calls, in a directory beside those of the parents. */
#define SCRIPTS_DIR "scripts.d"

#define FAILURE "cannot read the definitions of vGPUs"

/* Notes that a file or directory was skipped; uuid is NULL if it is not named like a definition. */
static int note_problem(struct vgpu_store *store, const char *parent, const char *uuid,
			const char *message, struct base_error *err)
{
	struct vgpu_problem *problem =
		vgpu_array_grow(store->problems, store->problem_count, sizeof(*store->problems));

	if (problem == NULL)
		return base_error_no_memory(err, FAILURE);
	store->problems = problem;
	problem += store->problem_count++;
	*problem = (struct vgpu_problem){ 0 };
	if (uuid != NULL)
		memcpy(problem->uuid, uuid, BASE_UUID_SIZE);
	problem->parent = strdup(parent);
	problem->message = strdup(message);
	return problem->parent == NULL || problem->message == NULL
		       ? base_error_no_memory(err, FAILURE)
		       : 0;
}

static int add_definition(struct vgpu_store *store, int parent_fd, const char *parent,
			  const char *uuid, struct base_error *err)
{
	BASE_AUTO(free) char *text = NULL;
	struct vgpu_definition *items;
	size_t length;

	items = vgpu_array_grow(store->definitions, store->definition_count,
				sizeof(*store->definitions));
	if (items == NULL)
		return base_error_no_memory(err, FAILURE);
	store->definitions = items;
	text = base_file_read_at(parent_fd, uuid, FILE_LIMIT, &length, err);
	if (text == NULL)
		return -1;
	if (vgpu_definition_parse(&items[store->definition_count], parent, uuid, text, length,
				  err) < 0)
		return base_error_wrap(err, "%s", uuid);
	store->definition_count++;
	return 0;
}

static int read_file(struct vgpu_store *store, int parent_fd, const char *parent, const char *name,
		     struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	char uuid[BASE_UUID_SIZE] = "";
	bool is_uuid = base_name_parse_uuid(name, uuid) && strcmp(uuid, name) == 0;

	if (!is_uuid)
		base_error_set(&why, BASE_FAILED, "the name %s is not a UUID in lower case", name);
	else if (add_definition(store, parent_fd, parent, uuid, &why) == 0 || why.errnum == ENOENT)
		return 0;
	if (why.errnum == ENOMEM || why.message == NULL)
		return base_error_no_memory(err, FAILURE);
	base_error_wrap(&why, "%s/%s", store->path, parent);
	return note_problem(store, parent, is_uuid ? uuid : NULL, why.message, err);
}

static int note_directory(struct vgpu_store *store, const char *parent, const char *what,
			  struct base_error *err)
{
	BASE_AUTO(free) char *message = base_text_format("%s/%s: %s", store->path, parent, what);

	if (message == NULL)
		return base_error_no_memory(err, FAILURE);
	return note_problem(store, parent, NULL, message, err);
}

static int open_parent(const struct vgpu_store *store, const char *parent)
{
	return openat(store->fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* Notes that it is not known what the directory defines. */
static int note_unread(struct vgpu_store *store, const char *parent, int errnum,
		       struct base_error *err)
{
	if (note_directory(store, parent, strerror(errnum), err) < 0)
		return -1;
	store->problems[store->problem_count - 1].is_unread = true;
	return 0;
}

/* Notes a temporary file, which a killed writer left or which is being written now. */
static int note_leftover(struct vgpu_store *store, const char *parent, const char *name,
			 struct base_error *err)
{
	char base[NAME_MAX + 1], uuid[BASE_UUID_SIZE];
	char **leftovers;

	if (!base_file_is_temporary(name, base) || !base_name_parse_uuid(base, uuid))
		return 0;
	leftovers = vgpu_array_grow(store->leftovers, store->leftover_count, sizeof(char *));
	if (leftovers == NULL)
		return base_error_no_memory(err, FAILURE);
	store->leftovers = leftovers;
	leftovers[store->leftover_count] = base_text_format("%s/%s", parent, name);
	if (leftovers[store->leftover_count] == NULL)
		return base_error_no_memory(err, FAILURE);
	store->leftover_count++;
	return 0;
}

static int read_parent(struct vgpu_store *store, const char *parent, struct base_error *err)
{
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;
	const char *name;

	if (!base_name_is_component(parent))
		return note_directory(store, parent, "not the name of a parent", err);
	dir.fd = open_parent(store, parent);
	if (dir.fd < 0 && errno == ENOENT)
		return 0;
	if (dir.fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return note_directory(store, parent, "not a directory", err);
	if (dir.fd < 0)
		return note_unread(store, parent, errno, err);
	while ((name = base_dir_next(&dir)) != NULL) {
		/* A hidden file is not a definition. */
		int status = name[0] == '.' ? note_leftover(store, parent, name, err)
					    : read_file(store, dir.fd, parent, name, err);

		if (status < 0)
			return -1;
	}
	return errno == 0 ? 0 : note_unread(store, parent, errno, err);
}

static int read_parents(struct vgpu_store *store, struct base_error *err)
{
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;
	const char *name;

	if (base_dir_open(&dir, store->fd, ".") < 0)
		return base_error_errno(err, errno, "cannot read %s", store->path);
	while ((name = base_dir_next(&dir)) != NULL) {
		if (*name != '.' && strcmp(name, SCRIPTS_DIR) != 0 &&
		    read_parent(store, name, err) < 0)
			return -1;
	}
	return errno == 0 ? 0 : base_error_errno(err, errno, "cannot read %s", store->path);
}

static int compare_definitions(const void *a, const void *b)
{
	const struct vgpu_definition *left = a, *right = b;
	int order = strverscmp(left->parent, right->parent);

	return order != 0 ? order : strcmp(left->uuid, right->uuid);
}

static int compare_problems(const void *a, const void *b)
{
	const struct vgpu_problem *left = a, *right = b;

	return strcmp(left->message, right->message);
}

/* The definitions are already ordered by parent, so their places keep that order. */
static int compare_places(const void *a, const void *b, void *definitions)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	const struct vgpu_definition *items = definitions;
	int order = strcmp(items[left].uuid, items[right].uuid);

	return order != 0 ? order : (left > right) - (left < right);
}

static int sort_store(struct vgpu_store *store, struct base_error *err)
{
	if (store->problem_count > 0)
		qsort(store->problems, store->problem_count, sizeof(*store->problems),
		      compare_problems);
	if (store->definition_count == 0)
		return 0;
	qsort(store->definitions, store->definition_count, sizeof(*store->definitions),
	      compare_definitions);
	store->by_uuid = calloc(store->definition_count, sizeof(*store->by_uuid));
	if (store->by_uuid == NULL)
		return base_error_no_memory(err, FAILURE);
	for (size_t i = 0; i < store->definition_count; i++)
		store->by_uuid[i] = i;
	qsort_r(store->by_uuid, store->definition_count, sizeof(*store->by_uuid), compare_places,
		store->definitions);
	return 0;
}

int vgpu_store_init(struct vgpu_store *store, const char *path, struct base_error *err)
{
	*store = (struct vgpu_store){ .path = path != NULL ? path : VGPU_STORE_DIR };
	store->fd = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->fd < 0 && errno == ENOENT)
		return 0;
	if (store->fd < 0)
		return base_error_errno(err, errno, "cannot open %s", store->path);
	if (read_parents(store, err) == 0 && sort_store(store, err) == 0)
		return 0;
	vgpu_store_finish(store);
	return -1;
}

int vgpu_store_init_whole(struct vgpu_store *store, const char *path, struct base_error *err)
{
	if (vgpu_store_init(store, path, err) < 0)
		return -1;
	for (size_t i = 0; i < store->problem_count; i++) {
		if (!store->problems[i].is_unread)
			continue;
		base_error_set(err, BASE_FAILED, "cannot read all definitions: %s",
			       store->problems[i].message);
		vgpu_store_finish(store);
		return -1;
	}
	return 0;
}

const struct vgpu_definition *vgpu_store_find(const struct vgpu_store *store, const char *uuid,
					      const size_t *index)
{
	size_t first = 0, end = store->definition_count;
	const struct vgpu_definition *found;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (strcmp(store->definitions[store->by_uuid[middle]].uuid, uuid) < 0)
			first = middle + 1;
		else
			end = middle;
	}
	if (*index >= store->definition_count - first)
		return NULL;
	found = &store->definitions[store->by_uuid[first + *index]];
	return strcmp(found->uuid, uuid) == 0 ? found : NULL;
}

const struct vgpu_problem *vgpu_store_find_problem(const struct vgpu_store *store, const char *uuid,
						   size_t *index)
{
	for (; *index < store->problem_count; (*index)++) {
		if (strcmp(store->problems[*index].uuid, uuid) == 0)
			return &store->problems[*index];
	}
	return NULL;
}

/*
 * Opens a directory below dirfd. A missing one is made first, with its mode
 * whatever the umask is, and with its name written to the disk.
 */
static int open_or_make(int dirfd, const char *path, bool *made)
{
	BASE_AUTO(fd) int fd = -1;

	*made = mkdirat(dirfd, path, 0755) == 0;
	if (!*made && errno != EEXIST)
		return -1;
	fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	if (*made && (fchmod(fd, 0755) < 0 || (dirfd >= 0 && fsync(dirfd) < 0)))
		return -1;
	return BASE_STEAL_FD(fd);
}

static int make_root(struct vgpu_store *store, bool *made, struct base_error *err)
{
	*made = false;
	if (store->fd >= 0)
		return 0;
	store->fd = open_or_make(AT_FDCWD, store->path, made);
	return store->fd < 0 ? base_error_errno(err, errno, "cannot make %s", store->path) : 0;
}

/* If they stay, that does not make the write fail. */
static void remove_leftovers(const struct vgpu_store *store)
{
	for (size_t i = 0; i < store->leftover_count; i++)
		unlinkat(store->fd, store->leftovers[i], 0);
}

static int write_below(const struct vgpu_store *store, const struct vgpu_definition *definition,
		       bool *made, struct base_error *err)
{
	BASE_AUTO(fd) int fd = open_or_make(store->fd, definition->parent, made);

	if (fd < 0)
		return base_error_errno(err, errno, "cannot make %s/%s", store->path,
					definition->parent);
	if (base_file_replace_at(fd, definition->uuid, definition->text, strlen(definition->text),
				 0644, err) == 0)
		return 0;
	/* The file may exist, but not on the disk. */
	unlinkat(fd, definition->uuid, 0);
	return base_error_wrap(err, "%s/%s", store->path, definition->parent);
}

int vgpu_store_write(struct vgpu_store *store, const struct vgpu_definition *definition,
		     struct base_error *err)
{
	bool made_root;
	bool made_parent = false;

	remove_leftovers(store);
	if (make_root(store, &made_root, err) == 0 &&
	    write_below(store, definition, &made_parent, err) == 0)
		return 0;
	if (made_parent)
		unlinkat(store->fd, definition->parent, AT_REMOVEDIR);
	if (made_root)
		rmdir(store->path);
	return -1;
}

int vgpu_store_rewrite(const struct vgpu_store *store, const struct vgpu_definition *definition,
		       struct base_error *err)
{
	BASE_AUTO(fd) int fd = open_parent(store, definition->parent);

	remove_leftovers(store);
	if (fd < 0)
		return base_error_errno(err, errno, "cannot open %s/%s", store->path,
					definition->parent);
	if (base_file_rewrite_at(fd, definition->uuid, definition->text, strlen(definition->text),
				 err) < 0)
		return base_error_wrap(err, "%s/%s", store->path, definition->parent);
	return 0;
}

int vgpu_store_remove(const struct vgpu_store *store, const char *parent, const char *uuid,
		      struct base_error *err)
{
	BASE_AUTO(fd) int fd = open_parent(store, parent);

	remove_leftovers(store);
	if (fd < 0 || unlinkat(fd, uuid, 0) < 0)
		return base_error_errno(err, errno, "cannot remove %s/%s/%s", store->path, parent,
					uuid);
	if (fsync(fd) < 0)
		return base_error_errno(err, errno, "cannot write %s/%s to the disk", store->path,
					parent);
	return 0;
}

void vgpu_store_warn(const struct vgpu_store *store)
{
	for (size_t i = 0; i < store->problem_count; i++)
		base_warning("skipped: %s", store->problems[i].message);
}

void vgpu_store_finish(struct vgpu_store *store)
{
	if (store == NULL)
		return;
	for (size_t i = 0; i < store->definition_count; i++)
		vgpu_definition_finish(&store->definitions[i]);
	for (size_t i = 0; i < store->problem_count; i++) {
		free(store->problems[i].message);
		free(store->problems[i].parent);
	}
	for (size_t i = 0; i < store->leftover_count; i++)
		free(store->leftovers[i]);
	free(store->leftovers);
	free(store->by_uuid);
	free(store->definitions);
	free(store->problems);
	/* A zeroed store has no directory: an fd of 0 is never its own. */
	if (store->fd > 0)
		close(store->fd);
	*store = (struct vgpu_store){ .fd = -1 };
}
