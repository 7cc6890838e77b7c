/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>
#include <drm_fourcc.h>

#include "display/scanout/buffers.h"
#include "display/scanout/channel.h"
#include "display/scanout/nodes.h"
#include "tests/unit/scratch.h"

#define UUID	     "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define X_TILED	     I915_FORMAT_MOD_X_TILED

static void a_picture_lies_within_its_buffer(void **state)
{
	static const struct {
		uint64_t width, height, stride, x, y, modifier, bytes;
		bool good;
		uint32_t good_x, good_y;
	} cases[] = {
		{ 1024, 768, 4096, 0, 0, 0, 3145728, true, 0, 0 },
		{ 1024, 768, 4096, 0, 0, X_TILED, 3145728, true, 0, 0 },
		{ 1366, 768, 5504, 0, 0, X_TILED, 4227072, true, 0, 0 },
		{ 640, 480, 8192, 640, 0, 0, 3932160, true, 640, 0 },
		{ 640, 480, 4096, 0, 16, 0, UINT64_C(4096) * 496, true, 0, 16 },
		/* what begins within the buffer and would end behind it */
		{ 640, 480, 4096, 0, 16, 0, UINT64_C(4096) * 480, true, 0, 0 },
		{ 640, 480, 2560, 4000, 0, 0, UINT64_C(2560) * 480, true, 0, 0 },
		{ 640, 480, 2560, UINT32_MAX, UINT32_MAX, 0, UINT64_C(2560) * 480, true, 0, 0 },
		{ 1, 1, 64, 0, 0, 0, 1, true, 0, 0 },
		{ 1024, 768, 4096, 0, 0, 0, UINT64_C(4096) * 767, false, 0, 0 },
		{ 1024, 768, 4096, 0, 0, X_TILED, UINT64_C(4096) * 767, false, 0, 0 },
		{ 1024, 768, 0, 0, 0, 0, UINT64_MAX, false, 0, 0 },
		{ 1024, 768, 1023, 0, 0, 0, UINT64_MAX, false, 0, 0 },
		{ 16385, 768, 65540, 0, 0, 0, UINT64_MAX, false, 0, 0 },
		{ 1024, 16385, 4096, 0, 0, 0, UINT64_MAX, false, 0, 0 },
		{ 1024, 768, 262145, 0, 0, 0, UINT64_MAX, false, 0, 0 },
		/* as 32 bits these would be little */
		{ 65536, 65536, 65536, 0, 0, 0, 4096, false, 0, 0 },
		{ 16384, 16384, 262144, 0, 0, 0, 4096, false, 0, 0 },
		{ UINT32_MAX, UINT32_MAX, UINT32_MAX, 1, 1, 0, UINT64_MAX, false, 0, 0 },
		{ 1024, 768, 4096, 0, 0, 0, 0, false, 0, 0 },
		{ 1024, 768, 4096, 0, 0, DRM_FORMAT_MOD_INVALID, 3145728, false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		struct scanout_view view = {
			.fourcc = DRM_FORMAT_XRGB8888,
			.modifier = cases[i].modifier,
			.width = (uint32_t)cases[i].width,
			.height = (uint32_t)cases[i].height,
			.stride = (uint32_t)cases[i].stride,
			.x = (uint32_t)cases[i].x,
			.y = (uint32_t)cases[i].y,
		};

		if ((scanout_view_check(&view, cases[i].bytes, &err) == 0) != cases[i].good)
			fail_msg("case %zu", i);
		assert_int_equal(base_error_is_set(&err), !cases[i].good);
		if (cases[i].good && (view.x != cases[i].good_x || view.y != cases[i].good_y))
			fail_msg("case %zu: at %u,%u", i, view.x, view.y);
	}
}

static struct scanout_view view_of(uint32_t id)
{
	return (struct scanout_view){
		.id = id, .fourcc = DRM_FORMAT_XRGB8888, .width = 64, .height = 64, .stride = 256
	};
}

static uint32_t add(struct scanout_buffers *buffers, uint32_t id)
{
	struct scanout_view view = view_of(id);
	const struct scanout_buffer *buffer = scanout_buffers_add(buffers, &view, &view, 1);

	return buffer != NULL ? buffer->number : 0;
}

static uint32_t find(struct scanout_buffers *buffers, uint32_t id)
{
	struct scanout_view view = view_of(id);
	const struct scanout_buffer *buffer = scanout_buffers_find(buffers, &view);

	return buffer != NULL ? buffer->number : 0;
}

static void an_id_with_another_layout_is_another_buffer(void **state)
{
	struct scanout_buffers buffers = { 0 };
	struct scanout_view view = view_of(5);

	(void)state;
	assert_int_equal(find(&buffers, 5), 0);
	assert_int_equal(add(&buffers, 5), 1);
	assert_int_equal(find(&buffers, 5), 1);
	assert_int_equal(find(&buffers, 6), 0);
	view.stride *= 2;
	assert_null(scanout_buffers_find(&buffers, &view));
	assert_int_equal(scanout_buffers_add(&buffers, &view, &view, 1)->number, 2);
	assert_int_equal(find(&buffers, 5), 1);
}

static void what_was_forgotten_gets_a_new_number(void **state)
{
	struct scanout_buffers buffers = { 0 };

	(void)state;
	assert_false(scanout_buffers_forget(&buffers, 0));
	assert_false(scanout_buffers_forget(&buffers, 1));
	add(&buffers, 5);
	assert_false(scanout_buffers_forget(&buffers, 2));
	assert_true(scanout_buffers_forget(&buffers, 1));
	assert_true(scanout_buffers_forget(&buffers, 1));
	assert_int_equal(find(&buffers, 5), 0);
	assert_int_equal(add(&buffers, 5), 2);
}

static void what_was_not_shown_for_longest_makes_room(void **state)
{
	struct scanout_buffers buffers = { 0 };

	(void)state;
	for (uint32_t id = 1; id <= SCANOUT_BUFFERS; id++)
		assert_int_equal(add(&buffers, id), id);
	assert_int_equal(find(&buffers, 1), 1);
	assert_int_equal(add(&buffers, 1000), SCANOUT_BUFFERS + 1);
	assert_int_equal(find(&buffers, 1), 1);
	assert_int_equal(find(&buffers, 2), 0);
	assert_int_equal(find(&buffers, 3), 3);
	for (uint32_t id = 2000; id < 12000; id++)
		assert_int_equal(add(&buffers, id), SCANOUT_BUFFERS + 2 + id - 2000);
	assert_int_equal(find(&buffers, 3), 0);
	assert_int_equal(find(&buffers, 11999), buffers.last);
}

static void numbers_are_never_given_twice(void **state)
{
	struct scanout_buffers buffers = { .last = UINT32_MAX - 1 };

	(void)state;
	assert_int_equal(add(&buffers, 1), UINT32_MAX);
	assert_int_equal(add(&buffers, 2), 0);
	assert_int_equal(find(&buffers, 1), UINT32_MAX);
}

static void an_open_names_two_uuids_in_lower_case(void **state)
{
	static const struct {
		uint32_t kind, version;
		const char *domain, *vgpu;
		bool good;
	} cases[] = {
		{ SCANOUT_OPEN, SCANOUT_VERSION, UUID, UUID, true },
		{ SCANOUT_TAKEN, SCANOUT_VERSION, UUID, UUID, false },
		{ SCANOUT_OPEN, SCANOUT_VERSION + 1, UUID, UUID, false },
		{ SCANOUT_OPEN, 0, UUID, UUID, false },
		{ SCANOUT_OPEN, SCANOUT_VERSION, "1234", UUID, false },
		{ SCANOUT_OPEN, SCANOUT_VERSION, UUID, "12", false },
		{ SCANOUT_OPEN, SCANOUT_VERSION, "", UUID, false },
		{ SCANOUT_OPEN, SCANOUT_VERSION, UUID, "../../../../../../../dev/vfio/vfio/.",
		  false },
		{ SCANOUT_OPEN, SCANOUT_VERSION, "4B20D080-1b54-4048-85b3-a6a62d165c01", UUID,
		  false },
		/* without a NUL: cut by strncpy below */
		{ SCANOUT_OPEN, SCANOUT_VERSION, UUID "00", UUID, false },
		{ SCANOUT_OPEN, SCANOUT_VERSION, UUID, UUID "00", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scanout_request request = { .kind = cases[i].kind,
						   .version = cases[i].version };

		for (size_t at = 0; at < BASE_UUID_SIZE && cases[i].domain[at] != '\0'; at++)
			request.domain[at] = cases[i].domain[at];
		for (size_t at = 0; at < BASE_UUID_SIZE && cases[i].vgpu[at] != '\0'; at++)
			request.vgpu[at] = cases[i].vgpu[at];
		if ((scanout_request_check_open(&request, NULL) == 0) != cases[i].good)
			fail_msg("case %zu", i);
	}
}

/* --- sysfs ----------------------------------------------------------------- */

static void put(const struct scratch *scratch, const char *path, const char *text)
{
	char whole[256];
	FILE *file;

	snprintf(whole, sizeof(whole), "%s/%s", scratch->path, path);
	for (char *slash = strchr(whole + strlen(scratch->path) + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(whole, 0755);
		*slash = '/';
	}
	file = fopen(whole, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void point(const struct scratch *scratch, const char *target)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/bus/mdev/devices/" UUID "/iommu_group", scratch->path);
	(void)unlink(path);
	assert_int_equal(symlink(target, path), 0);
}

static enum scanout_node match(const struct scanout_nodes *nodes, mode_t mode, dev_t number)
{
	struct stat st = { .st_mode = mode, .st_rdev = number };

	return scanout_nodes_match(nodes, &st);
}

static void a_vgpu_is_known_by_the_numbers_of_its_files(void **state)
{
	const struct scratch *scratch = *state;
	struct scanout_nodes nodes;

	assert_false(scanout_nodes_read(&nodes, scratch->path, UUID));
	put(scratch, "bus/mdev/devices/" UUID "/mdev_type", "");
	assert_false(scanout_nodes_read(&nodes, scratch->path, UUID));
	put(scratch, "class/vfio/12/dev", "240:3\n");
	point(scratch, "../../../../kernel/iommu_groups/12");
	assert_true(scanout_nodes_read(&nodes, scratch->path, UUID));
	assert_true(nodes.group == makedev(240, 3) && nodes.device == 0);
	assert_int_equal(match(&nodes, S_IFCHR, makedev(240, 3)), SCANOUT_NODE_GROUP);
	assert_int_equal(match(&nodes, S_IFCHR, makedev(240, 4)), SCANOUT_NODE_OTHER);
	assert_int_equal(match(&nodes, S_IFBLK, makedev(240, 3)), SCANOUT_NODE_OTHER);
	assert_int_equal(match(&nodes, S_IFREG, makedev(240, 3)), SCANOUT_NODE_OTHER);
	/* a number that is not there matches no file */
	assert_int_equal(match(&nodes, S_IFCHR, 0), SCANOUT_NODE_OTHER);
	put(scratch, "bus/mdev/devices/" UUID "/vfio-dev/vfio7/dev", "511:7\n");
	assert_true(scanout_nodes_read(&nodes, scratch->path, UUID));
	assert_int_equal(match(&nodes, S_IFCHR, makedev(511, 7)), SCANOUT_NODE_DEVICE);
}

static void a_strange_sysfs_is_no_vgpu(void **state)
{
	static const char *const targets[] = {
		"12/",	 "../iommu_groups/", "../iommu_groups/x",      "12",	"../12x",
		"../-1", "../../..",	     "../9999999999999999999", "../13",
	};
	const struct scratch *scratch = *state;
	struct scanout_nodes nodes;

	put(scratch, "bus/mdev/devices/" UUID "/mdev_type", "");
	put(scratch, "class/vfio/12/dev", "240:3\n");
	put(scratch, "class/vfio/13/dev", "nonsense\n");
	for (size_t i = 0; i < COUNT(targets); i++) {
		point(scratch, targets[i]);
		if (scanout_nodes_read(&nodes, scratch->path, UUID))
			fail_msg("%s", targets[i]);
	}
	put(scratch, "bus/mdev/devices/" UUID "/vfio-dev/vfio/dev", "511:7\n");
	put(scratch, "bus/mdev/devices/" UUID "/vfio-dev/vfio7x/dev", "511:7\n");
	assert_false(scanout_nodes_read(&nodes, scratch->path, UUID));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_lies_within_its_buffer),
		cmocka_unit_test(an_id_with_another_layout_is_another_buffer),
		cmocka_unit_test(what_was_forgotten_gets_a_new_number),
		cmocka_unit_test(what_was_not_shown_for_longest_makes_room),
		cmocka_unit_test(numbers_are_never_given_twice),
		cmocka_unit_test(an_open_names_two_uuids_in_lower_case),
		cmocka_unit_test_setup_teardown(a_vgpu_is_known_by_the_numbers_of_its_files,
						scratch_set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(a_strange_sysfs_is_no_vgpu, scratch_set_up,
						scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
