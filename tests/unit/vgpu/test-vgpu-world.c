/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/mock-host.h"
#include "tests/unit/scratch.h"
#include "vgpu/vgpus/world.h"

#define UUID	"4b20d080-1b54-4048-85b3-a6a62d165c01"
#define UUID2	"4b20d080-1b54-4048-85b3-a6a62d165c02"
#define NOWHERE "/nonexistent/mdevctl.d"

static void parents_are_gathered_if_they_are_asked_for(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(vgpu_world) struct vgpu_world brief = { 0 };
	BASE_AUTO(vgpu_world) struct vgpu_world full = { 0 };

	(void)state;
	mock_host_add_vgpu(bed, gpu, UUID, "i915-GVTg_V5_8");
	assert_int_equal(vgpu_world_init(&brief, NOWHERE, 0, NULL), 0);
	assert_int_equal(brief.host.device_count, 1);
	assert_int_equal(brief.host.parent_count, 0);
	assert_int_equal(brief.inventory.count, 1);
	assert_int_equal(vgpu_world_init(&full, NOWHERE, VGPU_WORLD_PARENTS, NULL), 0);
	assert_int_equal(full.host.parent_count, 1);
	assert_int_equal(full.host.parents[0].active, 1);
	mock_host_destroy(bed);
}

/* While no more than `files` can be opened beside those that are open. */
static int init_with_files(struct vgpu_world *world, const char *path, unsigned int options,
			   size_t files, struct base_error *err)
{
	struct rlimit before, few;
	int end = 0;
	int status;

	for (size_t unused = 0; unused < files; end++)
		unused += fcntl(end, F_GETFD) < 0;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){ .rlim_cur = (rlim_t)end, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	status = vgpu_world_init(world, path, options, err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	return status;
}

/* Two files open: the store's directory, and the list of what is in it; no parent's. */
static void what_cannot_be_read_matters_to_who_changes_it(void **state)
{
	const struct scratch *f = *state;
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(vgpu_world) struct vgpu_world world = { 0 };

	assert_int_equal(mkdirat(f->fd, "mtty", 0755), 0);
	assert_int_equal(init_with_files(&world, f->path, 0, 2, NULL), 0);
	assert_int_equal(world.store.problem_count, 1);
	vgpu_world_finish(&world);
	assert_int_equal(init_with_files(&world, f->path, VGPU_WORLD_WHOLE, 2, &err), -1);
	assert_non_null(strstr(err.message, "cannot read all definitions"));
	assert_int_equal(world.store.fd, -1);
	assert_int_equal(world.store.problem_count, 0);
	mock_host_destroy(bed);
}

static void claims_that_are_known_are_taken_over(void **state)
{
	static struct vgpu_device devices[] = { { .uuid = UUID, .syspath = (char *)"/nowhere" },
						{ .uuid = UUID2, .syspath = (char *)"/nowhere" } };
	const struct vgpu_host host = { .devices = devices, .device_count = 2 };
	const struct vgpu_item first = { .device = &devices[0] },
			       second = { .device = &devices[1] };
	BASE_AUTO(vgpu_usage) struct vgpu_usage usage = { 0 };
	BASE_AUTO(free) char *text = NULL;
	struct vgpu_claims claims;

	(void)state;
	assert_int_equal(vgpu_claims_parse(&claims, strdup(UUID " win10\n"), NULL), 0);
	assert_int_equal(vgpu_usage_init_known(&usage, &host, &claims, NULL), 0);
	assert_null(claims.items);
	assert_null(claims.text);
	assert_true(usage.knows_claims);
	assert_false(vgpu_usage_is_free(&usage, &host, &first));
	assert_true(vgpu_usage_is_free(&usage, &host, &second));
	text = vgpu_usage_describe(&usage, &host, &devices[0]);
	assert_string_equal(text, "of the domain win10");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parents_are_gathered_if_they_are_asked_for),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_matters_to_who_changes_it,
						scratch_set_up, scratch_tear_down),
		cmocka_unit_test(claims_that_are_known_are_taken_over),
	};

	(void)argc;
	mock_host_enter(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
