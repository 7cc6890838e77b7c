/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After the four that it needs. */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "display/draw/gpu.h"
#include "tests/unit/scratch.h"

static void make_link(const struct scratch *scratch, const char *target, const char *path)
{
	assert_int_equal(symlinkat(target, scratch->fd, path), 0);
}

/* As the kernel has it: the class leads to the node, which leads to its device. */
static void add_gpu(const struct scratch *scratch, const char *node, const char *address,
		    const char *driver)
{
	char path[256], target[256];

	mkdirat(scratch->fd, "class", 0755);
	mkdirat(scratch->fd, "class/drm", 0755);
	snprintf(path, sizeof(path), "%s", address);
	assert_int_equal(mkdirat(scratch->fd, path, 0755), 0);
	snprintf(path, sizeof(path), "%s/%s", address, node);
	assert_int_equal(mkdirat(scratch->fd, path, 0755), 0);
	snprintf(path, sizeof(path), "%s/driver", address);
	snprintf(target, sizeof(target), "../bus/pci/drivers/%s", driver);
	make_link(scratch, target, path);
	snprintf(path, sizeof(path), "%s/%s/device", address, node);
	snprintf(target, sizeof(target), "../../%s", address);
	make_link(scratch, target, path);
	snprintf(path, sizeof(path), "class/drm/%s", node);
	snprintf(target, sizeof(target), "../../%s/%s", address, node);
	make_link(scratch, target, path);
}

static void the_intel_gpu_is_found_beside_another(void **state)
{
	struct scratch *scratch = *state;
	struct display_gpu gpu;

	add_gpu(scratch, "renderD128", "0000:01:00.0", "nouveau");
	add_gpu(scratch, "renderD129", "0000:00:02.0", "i915");
	display_gpu_find(&gpu, scratch->path);
	assert_string_equal(gpu.node, "renderD129");
	assert_string_equal(gpu.tag, "pci-0000_00_02_0");
	assert_int_equal(gpu.count, 2);
}

static void only_render_nodes_on_pci_count(void **state)
{
	struct scratch *scratch = *state;
	struct display_gpu gpu;

	add_gpu(scratch, "card0", "0000:00:02.0", "i915");
	display_gpu_find(&gpu, scratch->path);
	assert_string_equal(gpu.node, "");
	assert_int_equal(gpu.count, 0);
	add_gpu(scratch, "renderD128", "platform", "i915");
	display_gpu_find(&gpu, scratch->path);
	assert_string_equal(gpu.node, "");
	assert_int_equal(gpu.count, 1);
}

static void a_machine_without_gpus_has_none(void **state)
{
	struct scratch *scratch = *state;
	struct display_gpu gpu;

	display_gpu_find(&gpu, scratch->path);
	assert_string_equal(gpu.node, "");
	assert_null(display_gpu_explain(&gpu, "llvmpipe", NULL, "win10"));
}

#define SAYS                                                                                       \
	"The picture cannot be shown: it is on the Intel GPU (renderD128, i915), but the window "  \
	"is "                                                                                      \
	"drawn by NV167.\n"
#define MAY_OPEN                                                                                   \
	"Log in as a user who may open /dev/dri/renderD128 (group render), and start the viewer "  \
	"again."

static void the_command_that_helps_is_told_where_one_does(void **state)
{
	static const struct {
		unsigned int count;
		const char *prime, *want;
	} cases[] = {
		{ 2, NULL, SAYS "Start it with: DRI_PRIME=pci-0000_00_02_0 vgpu-display win10" },
		{ 2, "1", SAYS "Start it with: DRI_PRIME=pci-0000_00_02_0 vgpu-display win10" },
		/* It is what was done already. */
		{ 2, "pci-0000_00_02_0", SAYS MAY_OPEN },
		{ 1, NULL, SAYS MAY_OPEN },
		{ 1, "1", SAYS MAY_OPEN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct display_gpu gpu = { .node = "renderD128",
					   .tag = "pci-0000_00_02_0",
					   .count = cases[i].count };
		char *text = display_gpu_explain(&gpu, "NV167", cases[i].prime, "win10");

		assert_string_equal(text, cases[i].want);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_intel_gpu_is_found_beside_another,
						scratch_set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(only_render_nodes_on_pci_count, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(a_machine_without_gpus_has_none, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test(the_command_that_helps_is_told_where_one_does),
	};

	return cmocka_run_group_tests_name("display gpu", tests, NULL, NULL);
}
