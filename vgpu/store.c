/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vgpu/array.h"
#include "vgpu/base/file.h"
#include "vgpu/base/log.h"

#define FILE_LIMIT 65536 /* bytes; mdevctl's own have some hundred */

/* mdevctl's: scripts that it calls, among the parents' directories. */
#define SCRIPTS_DIR "scripts.d"

static int no_memory(struct base_error *err)
{
	return base_error_errno(err, ENOMEM, "cannot read the definitions of vGPUs");
}

/* Notes that a file or directory was skipped; uuid is NULL for what is no definition. */
static int note(struct vgpu_store *store, const char *parent, const char *uuid, const char *message,
		struct base_error *err)
{
	struct vgpu_problem *problem =
		vgpu_array_grow(store->problems, store->problem_count, sizeof(*store->problems));

	if (problem == NULL)
		return no_memory(err);
	store->problems = problem;
	problem += store->problem_count++;
	*problem = (struct vgpu_problem){ 0 };
	if (uuid != NULL)
		memcpy(problem->uuid, uuid, BASE_UUID_SIZE);
	problem->parent = strdup(parent);
	problem->message = strdup(message);
	return problem->parent == NULL || problem->message == NULL ? no_memory(err) : 0;
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
		return no_memory(err);
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
		base_error_set(&why, BASE_FAILED, "%s is not named by a UUID in lower case", name);
	else if (add_definition(store, parent_fd, parent, uuid, &why) == 0 || why.errnum == ENOENT)
		return 0;
	if (why.errnum == ENOMEM || why.message == NULL)
		return no_memory(err);
	base_error_wrap(&why, "%s/%s", store->path, parent);
	return note(store, parent, is_uuid ? uuid : NULL, why.message, err);
}

static int note_directory(struct vgpu_store *store, const char *parent, const char *what,
			  struct base_error *err)
{
	BASE_AUTO(free) char *message = NULL;

	if (asprintf(&message, "%s/%s: %s", store->path, parent, what) < 0)
		return no_memory(err);
	return note(store, parent, NULL, message, err);
}

static int read_parent(struct vgpu_store *store, const char *parent, struct base_error *err)
{
	BASE_AUTO(dir) DIR *dir = NULL;
	const struct dirent *entry;
	int fd;

	if (!base_name_is_component(parent))
		return note_directory(store, parent, "not the name of a parent", err);
	fd = openat(store->fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL) {
		int saved = errno;

		base_cleanup_fd(&fd);
		return note_directory(store, parent,
				      saved == ENOTDIR || saved == ELOOP ? "not a directory"
									 : strerror(saved),
				      err);
	}
	while ((entry = readdir(dir)) != NULL) {
		/* Hidden: nobody's definition, but perhaps one that is being written. */
		if (entry->d_name[0] != '.' && read_file(store, fd, parent, entry->d_name, err) < 0)
			return -1;
	}
	return 0;
}

static int read_parents(struct vgpu_store *store, struct base_error *err)
{
	BASE_AUTO(dir) DIR *dir = NULL;
	const struct dirent *entry;
	int fd = openat(store->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL) {
		base_error_errno(err, errno, "cannot read %s", store->path);
		base_cleanup_fd(&fd);
		return -1;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, SCRIPTS_DIR) != 0 &&
		    read_parent(store, entry->d_name, err) < 0)
			return -1;
	}
	return 0;
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

int vgpu_store_init(struct vgpu_store *store, const char *path, struct base_error *err)
{
	*store = (struct vgpu_store){ .path = path != NULL ? path : VGPU_STORE_DIR };
	store->fd = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->fd < 0 && errno == ENOENT)
		return 0;
	if (store->fd < 0)
		return base_error_errno(err, errno, "cannot open %s", store->path);
	if (read_parents(store, err) < 0) {
		vgpu_store_finish(store);
		return -1;
	}
	if (store->definition_count > 0)
		qsort(store->definitions, store->definition_count, sizeof(*store->definitions),
		      compare_definitions);
	if (store->problem_count > 0)
		qsort(store->problems, store->problem_count, sizeof(*store->problems),
		      compare_problems);
	return 0;
}

const struct vgpu_definition *vgpu_store_find(const struct vgpu_store *store, const char *uuid,
					      size_t *index)
{
	for (; *index < store->definition_count; (*index)++) {
		if (strcmp(store->definitions[*index].uuid, uuid) == 0)
			return &store->definitions[*index];
	}
	return NULL;
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
 * Opens a directory below dirfd and makes it first where it is missing, with
 * its mode whatever the umask and with its name on the disk.
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

static int write_below(const struct vgpu_store *store, const struct vgpu_definition *definition,
		       bool *made, struct base_error *err)
{
	BASE_AUTO(fd) int fd = open_or_make(store->fd, definition->parent, made);
	BASE_AUTO(free) char *text = NULL;

	if (fd < 0)
		return base_error_errno(err, errno, "cannot make %s/%s", store->path,
					definition->parent);
	text = vgpu_definition_format(definition);
	if (text == NULL)
		return no_memory(err);
	if (base_file_replace_at(fd, definition->uuid, text, strlen(text), 0644, err) < 0)
		return base_error_wrap(err, "%s/%s", store->path, definition->parent);
	return 0;
}

int vgpu_store_write(struct vgpu_store *store, const struct vgpu_definition *definition,
		     struct base_error *err)
{
	bool made_root;
	bool made_parent = false;

	if (make_root(store, &made_root, err) == 0 &&
	    write_below(store, definition, &made_parent, err) == 0)
		return 0;
	if (made_parent)
		unlinkat(store->fd, definition->parent, AT_REMOVEDIR);
	if (made_root)
		rmdir(store->path);
	return -1;
}

int vgpu_store_remove(const struct vgpu_store *store, const char *parent, const char *uuid,
		      struct base_error *err)
{
	BASE_AUTO(fd)
	int fd = openat(store->fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

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
	free(store->definitions);
	free(store->problems);
	/* A zeroed store holds no directory: 0 is no fd that it could have. */
	if (store->fd > 0)
		close(store->fd);
	*store = (struct vgpu_store){ .fd = -1 };
}
