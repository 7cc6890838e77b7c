/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "vgpu/base/file.h"
#include "vgpu/vgpus/remove.h"

/* The vGPU's directory is the scratch; what was written to its `remove`. */
static char *make_device(const struct scratch *f)
{
	int fd = openat(f->fd, "remove", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
	return base_file_read_at(f->fd, "remove", 16, NULL, NULL);
}

static void what_may_be_in_use_is_not_removed(void **state)
{
	struct scratch *f = *state;
	const struct vgpu_device device = { .uuid = "U", .syspath = f->path };
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *before = make_device(f);
	BASE_AUTO(free) char *after = NULL;

	assert_string_equal(before, "");
	assert_int_equal(symlinkat("../../kernel/iommu_groups/x", f->fd, "iommu_group"), 0);
	assert_int_equal(vgpu_remove(&device, &err), -1);
	assert_int_equal(err.errnum, EINVAL);
	assert_non_null(strstr(err.message, "cannot see whether the vGPU U is in use"));
	after = base_file_read_at(f->fd, "remove", 16, NULL, NULL);
	assert_string_equal(after, "");
}

static void what_vfio_does_not_know_is_removed(void **state)
{
	struct scratch *f = *state;
	const struct vgpu_device device = { .uuid = "U", .syspath = f->path };
	BASE_AUTO(free) char *before = make_device(f);
	BASE_AUTO(free) char *after = NULL;

	assert_string_equal(before, "");
	assert_int_equal(vgpu_remove(&device, NULL), 0);
	after = base_file_read_at(f->fd, "remove", 16, NULL, NULL);
	assert_string_equal(after, "1");
}

static void one_that_is_gone_is_on_its_way_out(void **state)
{
	struct scratch *f = *state;
	const struct vgpu_device device = { .uuid = "U", .syspath = f->path };
	BASE_AUTO(base_error) struct base_error err = { 0 };

	assert_int_equal(vgpu_remove(&device, &err), -1);
	assert_int_equal(err.errnum, ENOENT);
	assert_non_null(strstr(err.message, "the vGPU U is being removed already"));
}

static void one_that_was_just_made_is_removed_by_its_parent(void **state)
{
	struct scratch *f = *state;
	const struct vgpu_parent parent = { .syspath = f->path };
	BASE_AUTO(free) char *written = NULL;
	int fd;

	assert_int_equal(mkdirat(f->fd, "U", 0755), 0);
	fd = openat(f->fd, "U/remove", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(vgpu_remove_made(&parent, "U", NULL), 0);
	written = base_file_read_at(f->fd, "U/remove", 16, NULL, NULL);
	assert_string_equal(written, "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_may_be_in_use_is_not_removed, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(what_vfio_does_not_know_is_removed, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(one_that_is_gone_is_on_its_way_out, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(one_that_was_just_made_is_removed_by_its_parent,
						scratch_set_up, scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
