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
#include "vgpu/vgpus/batch.h"

#define UUID(n) "4b20d080-1b54-4048-85b3-a6a62d165c0" #n

static char *path_of(const struct scratch *f, const char *parent, const char *file)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s%s", f->path, parent, file) > 0);
	return path;
}

/* A parent with the type t; `create` is a plain file, in which the last UUID stays. */
static void add_parent(struct vgpu_host *host, const struct scratch *f, const char *name)
{
	static const char *const parts[] = { "", "/mdev_supported_types",
					     "/mdev_supported_types/t" };
	struct vgpu_parent *parent = &host->parents[host->parent_count++];
	BASE_AUTO(free) char *create = path_of(f, name, "/mdev_supported_types/t/create");
	FILE *file;

	for (size_t i = 0; i < 3; i++) {
		BASE_AUTO(free) char *path = path_of(f, name, parts[i]);

		assert_int_equal(mkdir(path, 0755), 0);
	}
	file = fopen(create, "we");
	assert_non_null(file);
	fclose(file);
	*parent = (struct vgpu_parent){ .name = strdup(name),
					.syspath = path_of(f, name, ""),
					.types = calloc(1, sizeof(*parent->types)),
					.type_count = 1 };
	parent->types[0].id = strdup("t");
}

static void define(struct vgpu_definition *definition, const char *parent, const char *uuid,
		   const char *type)
{
	assert_int_equal(
		vgpu_definition_init(definition, parent, uuid, type, VGPU_START_BOOT, NULL), 0);
}

static void is_made(const struct scratch *f, const char *parent, const char *uuid)
{
	BASE_AUTO(free) char *path = path_of(f, parent, "/mdev_supported_types/t/create");
	BASE_AUTO(free) char *text = base_file_read_at(AT_FDCWD, path, 64, NULL, NULL);

	assert_string_equal(text, uuid);
}

static void each_parent_makes_its_own(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(vgpu_batch) struct vgpu_batch batch = { 0 };
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	struct vgpu_definition wanted[6] = { 0 };

	host.parents = calloc(3, sizeof(*host.parents));
	add_parent(&host, f, "a");
	add_parent(&host, f, "b");
	add_parent(&host, f, "c");
	define(&wanted[0], "a", UUID(1), "t");
	define(&wanted[1], "a", UUID(2), "t");
	define(&wanted[2], "b", UUID(3), "other");
	define(&wanted[3], "b", UUID(4), "t");
	define(&wanted[4], "c", UUID(5), "t");
	define(&wanted[5], "d", UUID(6), "t");
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(vgpu_batch_add(&batch, &host, &wanted[i], NULL), 0);
	assert_int_equal(batch.count, 4);
	assert_int_equal(unlinkat(f->fd, "c/mdev_supported_types/t/create", 0), 0);

	vgpu_batch_run(&batch);
	is_made(f, "a", UUID(2));
	is_made(f, "b", UUID(4));
	for (size_t i = 0; i < 6; i++) {
		struct vgpu_batch_item *item = vgpu_batch_take(&batch, &wanted[i]);

		assert_int_equal(item != NULL, i != 2 && i != 5);
		assert_int_equal(item != NULL && item->status < 0, i == 4);
		vgpu_definition_finish(&wanted[i]);
	}
	assert_non_null(strstr(batch.items[3].err.message, "c can no longer make a t"));
}

static void an_empty_batch_is_none(void **state)
{
	struct vgpu_batch batch = { 0 };

	(void)state;
	vgpu_batch_run(&batch);
	assert_null(vgpu_batch_take(&batch, NULL));
	vgpu_batch_finish(&batch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_parent_makes_its_own, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test(an_empty_batch_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
