/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vgpu/base/options.h"
#include "vgpu/create/placement.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TYPE(type_id, free_count, low, high, size)                                                 \
	{                                                                                          \
		.id = (char *)(type_id), .available = (free_count), .low_mb = (low),               \
		.high_mb = (high), .resolution = (char *)(size)                                    \
	}

/* Two graphics processors; the first has no room for the largest. */
static struct vgpu_type first_types[] = {
	TYPE("i915-GVTg_V5_1", 0, 512, 2048, "1920x1200"),
	TYPE("i915-GVTg_V5_2", 1, 256, 1024, "1920x1200"),
	TYPE("i915-GVTg_V5_4", 2, 128, 512, "1920x1200"),
};
static struct vgpu_type second_types[] = { TYPE("i915-GVTg_V5_1", 1, 512, 2048, "1920x1200") };
static struct vgpu_type full_types[] = { TYPE("i915-GVTg_V5_8", 0, 64, 384, "1024x768") };

/* No sizes: what fits fewer times is larger. */
static struct vgpu_type bochs_types[] = {
	TYPE("mbochs-small", 64, -1, -1, NULL),
	TYPE("mbochs-large", 4, -1, -1, NULL),
};
static struct vgpu_type tty_types[] = { TYPE("mtty-1", -1, -1, -1, NULL) };

#define PARENT(parent_name, array)                                                                 \
	{                                                                                          \
		.name = (char *)(parent_name), .types = (array), .type_count = COUNT(array)        \
	}

static struct vgpu_parent gpus[] = {
	PARENT("0000:00:02.0", first_types),
	PARENT("0000:03:00.0", second_types),
	PARENT("mbochs", bochs_types),
	PARENT("mtty", tty_types),
};
static struct vgpu_parent full_first[] = {
	PARENT("0000:00:02.0", full_types),
	PARENT("0000:03:00.0", second_types),
	PARENT("mtty", tty_types),
};
static struct vgpu_parent all_full[] = {
	PARENT("0000:00:02.0", full_types),
	PARENT("mtty", tty_types),
};
static struct vgpu_parent samples[] = {
	PARENT("mbochs", bochs_types),
	PARENT("mtty", tty_types),
};
static struct vgpu_parent without_types[] = {
	{ .name = (char *)"0000:00:02.0", .syspath = (char *)"/nowhere" },
};
static struct vgpu_parent one_sample[] = { PARENT("mbochs", bochs_types) };

#define HOST(array)                                                                                \
	{                                                                                          \
		.parents = (array), .parent_count = COUNT(array)                                   \
	}

static void the_placement_is_what_fits_best(void **state)
{
	static const struct {
		struct vgpu_host host;
		const char *parent, *type;
		const char *chosen_parent, *chosen_type;
		bool took_largest;
	} cases[] = {
		{ HOST(gpus), NULL, NULL, "0000:00:02.0", "i915-GVTg_V5_2", true },
		{ HOST(gpus), "0000:03:00.0", NULL, "0000:03:00.0", "i915-GVTg_V5_1", true },
		{ HOST(gpus), NULL, "i915-GVTg_V5_1", "0000:03:00.0", "i915-GVTg_V5_1", false },
		{ HOST(gpus), NULL, "i915-GVTg_V5_4", "0000:00:02.0", "i915-GVTg_V5_4", false },
		{ HOST(gpus), "mbochs", NULL, "mbochs", "mbochs-large", true },
		{ HOST(gpus), "mbochs", "mbochs-small", "mbochs", "mbochs-small", false },
		{ HOST(gpus), NULL, "mtty-1", "mtty", "mtty-1", false },
		{ HOST(full_first), NULL, NULL, "0000:03:00.0", "i915-GVTg_V5_1", true },
		{ HOST(one_sample), NULL, NULL, "mbochs", "mbochs-large", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vgpu_placement placement = { 0 };

		assert_int_equal(vgpu_placement_find(&cases[i].host, cases[i].parent, cases[i].type,
						     &placement, NULL),
				 0);
		assert_string_equal(placement.parent->name, cases[i].chosen_parent);
		assert_string_equal(placement.type->id, cases[i].chosen_type);
		assert_int_equal(placement.took_largest, cases[i].took_largest);
	}
}

static void what_has_no_room_after_all_gives_way_to_the_next_smaller(void **state)
{
	static const struct {
		struct vgpu_host host;
		const char *parent, *type;
		const char *next[3]; /* up to a NULL */
	} cases[] = {
		{ HOST(gpus), NULL, NULL, { "i915-GVTg_V5_4" } },
		{ HOST(gpus), "0000:03:00.0", NULL, { NULL } },
		{ HOST(gpus), NULL, "i915-GVTg_V5_2", { NULL } },
		{ HOST(gpus), "mbochs", NULL, { "mbochs-small" } },
		{ HOST(samples), "mtty", NULL, { NULL } },
	};
	struct vgpu_placement none = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vgpu_placement placement = { 0 };
		const char *last;

		assert_int_equal(vgpu_placement_find(&cases[i].host, cases[i].parent, cases[i].type,
						     &placement, NULL),
				 0);
		last = placement.type->id;
		for (size_t k = 0; cases[i].next[k] != NULL; k++) {
			assert_true(vgpu_placement_shrink(&placement));
			assert_string_equal(placement.type->id, cases[i].next[k]);
			last = cases[i].next[k];
		}
		assert_false(vgpu_placement_shrink(&placement));
		assert_string_equal(placement.type->id, last);
	}
	assert_false(vgpu_placement_shrink(&none));
}

static void what_cannot_be_chosen_is_told(void **state)
{
	static const struct {
		struct vgpu_host host;
		const char *parent, *type;
		enum base_status status;
		int errnum;
		const char *words;
	} cases[] = {
		{ HOST(gpus), "0000:00:03.0", NULL, BASE_FAILED, 0,
		  "no parent 0000:00:03.0; parents: 0000:00:02.0, 0000:03:00.0, mbochs, mtty" },
		{ HOST(gpus), NULL, "mtty-9", BASE_FAILED, 0, "no parent has the type mtty-9" },
		{ HOST(gpus), "mtty", "mbochs-small", BASE_FAILED, 0,
		  "mtty has no type mbochs-small; types: mtty-1" },
		{ HOST(gpus), "0000:00:02.0", "i915-GVTg_V5_1", BASE_FAILED, ENOSPC,
		  "no free instance of i915-GVTg_V5_1" },
		{ HOST(without_types), NULL, "mtty-1", BASE_FAILED, 0,
		  "no parent has the type mtty-1; types: none" },
		{ HOST(all_full), NULL, NULL, BASE_FAILED, ENOSPC,
		  "0000:00:02.0 has no free instance of any type" },
		{ HOST(without_types), NULL, NULL, BASE_FAILED, 0,
		  "0000:00:02.0 makes no vGPUs: its driver offers no types" },
		{ HOST(samples), NULL, NULL, BASE_MISUSED, 0, "--parent: mbochs, mtty" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		struct vgpu_placement placement = { 0 };

		assert_int_equal(vgpu_placement_find(&cases[i].host, cases[i].parent, cases[i].type,
						     &placement, &err),
				 -1);
		assert_int_equal(err.status, cases[i].status);
		assert_int_equal(err.errnum, cases[i].errnum);
		if (strstr(err.message, cases[i].words) == NULL)
			print_error("%s\n", err.message);
		assert_non_null(strstr(err.message, cases[i].words));
	}
}

static void descriptions_are_taken_apart(void **state)
{
	static const struct {
		const char *text;
		long low, high, fences, weight;
		const char *resolution;
	} cases[] = {
		{ "low_gm_size: 64MB\nhigh_gm_size: 384MB\nfence: 4\nresolution: 1024x768\n"
		  "weight: 2\n",
		  64, 384, 4, 2, "1024x768" },
		{ "weight: 16", -1, -1, -1, 16, NULL },
		{ "", -1, -1, -1, -1, NULL },
		{ "virtual display, 64 MB video memory", -1, -1, -1, -1, NULL },
		{ "low_gm_size: 64\nhigh_gm_size: MB\nfence: four\nweight: -2", -1, -1, -1, -1,
		  NULL },
		{ "low_gm_size: 99999999999999999999MB\nfence: 4 \nweight:2", -1, -1, -1, -1,
		  NULL },
		{ "resolution: 1024\n", -1, -1, -1, -1, NULL },
		{ "resolution: x768\n", -1, -1, -1, -1, NULL },
		{ "resolution: 1024x768x2\n", -1, -1, -1, -1, NULL },
		{ "resolution: 123456x1\n", -1, -1, -1, -1, NULL },
		{ "resolution: 1x1\nresolution: 2x2\n", -1, -1, -1, -1, "1x1" },
		{ "\n\n\nfence: 4\n\n", -1, -1, 4, -1, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vgpu_type type = { .low_mb = -1, .high_mb = -1, .fences = -1, .weight = -1 };

		assert_int_equal(vgpu_type_describe(&type, cases[i].text, NULL), 0);
		assert_int_equal(type.low_mb, cases[i].low);
		assert_int_equal(type.high_mb, cases[i].high);
		assert_int_equal(type.fences, cases[i].fences);
		assert_int_equal(type.weight, cases[i].weight);
		if (cases[i].resolution != NULL)
			assert_string_equal(type.resolution, cases[i].resolution);
		else
			assert_null(type.resolution);
		vgpu_type_finish(&type);
	}
}

static void options_are_read_in_every_form(void **state)
{
	static const struct {
		const char *argv[6];
		const char *value;
		int operands;
		bool flag;
	} cases[] = {
		{ { "cmd" }, NULL, 0, false },
		{ { "cmd", "--value", "v", "--flag" }, "v", 0, true },
		{ { "cmd", "--value=v=w", "a", "b" }, "v=w", 2, false },
		{ { "cmd", "a", "--flag" }, NULL, 1, true },
		{ { "cmd", "--", "--flag", "-x" }, NULL, 2, false },
		{ { "cmd", "--value", "--flag", "-" }, "--flag", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *value = NULL;
		const char *operands[2];
		bool flag = false;
		const struct vgpu_option options[] = { { "value", &value, NULL },
						       { "flag", NULL, &flag },
						       { NULL, NULL, NULL } };
		int argc = 0;

		while (cases[i].argv[argc] != NULL)
			argc++;
		assert_int_equal(vgpu_options_parse(argc, (char **)cases[i].argv, options, operands,
						    2, NULL),
				 cases[i].operands);
		assert_int_equal(flag, cases[i].flag);
		if (cases[i].value != NULL)
			assert_string_equal(value, cases[i].value);
		else
			assert_null(value);
	}
}

static void misuse_is_told(void **state)
{
	static const struct {
		const char *argv[5];
		const char *words;
	} cases[] = {
		{ { "cmd", "--unknown" }, "no such option: '--unknown'" },
		{ { "cmd", "--val", "v" }, "no such option: '--val'" },
		{ { "cmd", "-v" }, "no such option: '-v'" },
		{ { "cmd", "--value" }, "needs a value" },
		{ { "cmd", "--value=" }, "needs a value" },
		{ { "cmd", "--value", "" }, "needs a value" },
		{ { "cmd", "--value=a", "--value=b" }, "given twice" },
		{ { "cmd", "--flag=yes" }, "takes no value" },
		{ { "cmd", "a", "b" }, "one argument too many: 'b'" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		const char *value = NULL;
		const char *operand;
		bool flag = false;
		const struct vgpu_option options[] = { { "value", &value, NULL },
						       { "flag", NULL, &flag },
						       { NULL, NULL, NULL } };
		int argc = 0;

		while (cases[i].argv[argc] != NULL)
			argc++;
		assert_int_equal(vgpu_options_parse(argc, (char **)cases[i].argv, options, &operand,
						    1, &err),
				 -1);
		assert_int_equal(err.status, BASE_MISUSED);
		assert_non_null(strstr(err.message, cases[i].words));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_placement_is_what_fits_best),
		cmocka_unit_test(what_has_no_room_after_all_gives_way_to_the_next_smaller),
		cmocka_unit_test(what_cannot_be_chosen_is_told),
		cmocka_unit_test(descriptions_are_taken_apart),
		cmocka_unit_test(options_are_read_in_every_form),
		cmocka_unit_test(misuse_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
