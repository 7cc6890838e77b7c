/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "vgpu/base/file.h"
#include "vgpu/create/shortage.h"
#include "vgpu/host/budget.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PARENT	     "0000:00:02.0"
#define TYPES	     4

/* How many more of _8, _4, _2, _1 the driver says there are; -1: it has no such type. */
typedef const long counts[TYPES];

struct fixture {
	struct vgpu_type types[TYPES];
	struct vgpu_parent parent;
	struct vgpu_device devices[16];
	struct vgpu_host host;
};

/* `made` has a digit for each active vGPU: its type. */
static void set_up(struct fixture *f, counts available, const char *made)
{
	static const struct vgpu_type types[TYPES] = {
		{ .id = (char *)"_8", .low_mb = 64, .high_mb = 384, .fences = 4 },
		{ .id = (char *)"_4", .low_mb = 128, .high_mb = 512, .fences = 4 },
		{ .id = (char *)"_2", .low_mb = 256, .high_mb = 1024, .fences = 4 },
		{ .id = (char *)"_1", .low_mb = 512, .high_mb = 2048, .fences = 4 },
	};
	static const char *const ids[] = { NULL, "_1", "_2", NULL, "_4", NULL, NULL, "?", "_8" };

	memset(f, 0, sizeof(*f));
	f->parent = (struct vgpu_parent){ .name = (char *)PARENT,
					  .driver = (char *)"i915",
					  .types = f->types };
	f->host = (struct vgpu_host){ .parents = &f->parent,
				      .parent_count = 1,
				      .devices = f->devices };
	for (size_t i = 0; i < TYPES && available[i] >= 0; i++) {
		f->types[i] = types[i];
		f->types[i].available = available[i];
		f->types[i].resolution = (char *)(i == 0 ? "1024x768" : "1920x1200");
		f->parent.type_count++;
	}
	for (; *made != '\0'; made++) {
		struct vgpu_device *device = &f->devices[f->host.device_count++];

		snprintf(device->uuid, sizeof(device->uuid),
			 "4b20d080-1b54-4048-85b3-a6a62d165c%02zu", f->host.device_count);
		device->parent = (char *)PARENT;
		device->type = (char *)ids[*made - '0'];
		device->syspath = (char *)"/nowhere";
		f->parent.active++;
		for (size_t i = 0; i < f->parent.type_count; i++)
			f->types[i].active += strcmp(f->types[i].id, device->type) == 0;
	}
}

static void what_is_short_is_told_with_its_numbers(void **state)
{
	static const struct {
		long aperture_mb;
		counts available;
		const char *made;
		size_t type; /* asked for */
		const char *words;
	} cases[] = {
		{ 512, { 6, 3, 1, -1 }, "", 1, "" },
		{ 512,
		  { 2, 1, 0, -1 },
		  "2",
		  2,
		  "128 MB of aperture (needs 256 MB, 128 of 384 MB are free)" },
		{ 512,
		  { 1, 0, 0, -1 },
		  "4888",
		  1,
		  "64 MB of aperture (needs 128 MB, 64 of 384 MB are free)" },
		{ 256,
		  { 0, 0, -1, -1 },
		  "88",
		  0,
		  "64 MB of aperture (needs 64 MB, 0 of 128 MB are free)" },
		/* 4096 - 1024 - 384 MB of high memory are for all. */
		{ 1024,
		  { 0, 0, 0, 0 },
		  "14",
		  3,
		  "256 MB of aperture (needs 512 MB, 256 of 896 MB are free) and "
		  "1920 MB of high graphics memory (needs 2048 MB, 128 of 2688 MB are free)" },
		{ 1024,
		  { 1, 1, 0, 0 },
		  "1",
		  2,
		  "384 MB of high graphics memory (needs 1024 MB, 640 of 2688 MB are free)" },
		{ 1024,
		  { 0, 0, 0, 0 },
		  "8888888",
		  0,
		  "384 MB of high graphics memory (needs 384 MB, 0 of 2688 MB are free) and "
		  "4 fences (needs 4, 0 of 28 are free) and 1 id (needs 1, 0 of 7 are free)" },
		/* The driver knows of fewer fences than such processors have. */
		{ 512, { 0, 0, 0, -1 }, "88", 0, "4 fences (needs 4, 0 of 8 are free)" },
		{ 512, { 1, 1, 1, -1 }, "", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(free) char *text = NULL;
		struct vgpu_budget budget;
		struct fixture f;

		set_up(&f, cases[i].available, cases[i].made);
		assert_true(vgpu_budget_work_out(&budget, &f.parent, cases[i].aperture_mb));
		text = vgpu_budget_describe(&budget, &f.types[cases[i].type]);
		assert_string_equal(text, cases[i].words);
	}
}

static void the_most_that_fit_are_known_whatever_is_active(void **state)
{
	static const struct {
		long aperture_mb;
		counts available, maximum;
		const char *made;
	} cases[] = {
		{ 256, { 0, 0, -1, -1 }, { 2, 1 }, "88" },
		{ 512, { 2, 1, 0, -1 }, { 6, 3, 1 }, "2" },
		{ 1024, { 1, 1, 0, 0 }, { 7, 5, 2, 1 }, "1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vgpu_budget budget;
		struct fixture f;

		set_up(&f, cases[i].available, cases[i].made);
		assert_true(vgpu_budget_work_out(&budget, &f.parent, cases[i].aperture_mb));
		for (size_t k = 0; k < f.parent.type_count; k++)
			assert_int_equal(vgpu_budget_maximum(&budget, &f.types[k]),
					 cases[i].maximum[k]);
		f.types[0].fences = -1;
		assert_int_equal(vgpu_budget_maximum(&budget, &f.types[0]), -1);
	}
}

static void numbers_that_contradict_are_not_told(void **state)
{
	static const struct {
		long aperture_mb;
		counts available;
		const char *made;
	} cases[] = {
		{ 512, { 7, 3, 1, -1 }, "" },	  /* more than the aperture holds */
		{ 256, { 0, 0, -1, -1 }, "888" }, /* more is taken than there is */
		{ 512, { 0, 0, 0, -1 }, "7" },	  /* a type that nobody knows */
		{ 512, { 0, 0, 0, -1 }, "1" },	  /* a type that the parent has not */
		{ 100, { 0, -1, -1, -1 }, "8" },  /* no room for any */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vgpu_budget budget;
		struct fixture f;

		set_up(&f, cases[i].available, cases[i].made);
		assert_false(vgpu_budget_work_out(&budget, &f.parent, cases[i].aperture_mb));
	}
}

/* A PCI device with an aperture of so many MB. */
static void put_aperture(struct fixture *f, struct scratch *scratch, long mb)
{
	BASE_AUTO(free) char *text = NULL;

	assert_true(asprintf(&text, "0x1 0x2 0x3\n0x0 0x0 0x0\n0x%lx 0x%lx 0x14220c\n", 0xc0000000L,
			     0xc0000000L + mb * 1024 * 1024 - 1) > 0);
	assert_int_equal(
		base_file_replace_at(scratch->fd, "resource", text, strlen(text), 0644, NULL), 0);
	f->parent.syspath = scratch->path;
}

static void the_ways_out_fit_the_cause(void **state)
{
	static const struct {
		counts available;
		const char *made;
		int type; /* -1: any */
		const char *words;
	} cases[] = {
		{ { 2, 1, 0, -1 },
		  "2",
		  2,
		  "no room for another _2: short of 128 MB of aperture (needs 256 MB, 128 of 384 "
		  "MB are free); taken by 4b20d080-1b54-4048-85b3-a6a62d165c01, a _2 not in use; "
		  "you can take _4, which fits, or set an aperture of more than 512 MB in the "
		  "firmware (not DVMT), or remove a vGPU" },
		{ { 1, 0, 0, -1 },
		  "28",
		  1,
		  "you can take _8, which fits (xres and yres or CRU give it more than "
		  "1024x768), or set an aperture" },
		{ { 0, 0, 0, -1 },
		  "24",
		  -1,
		  "no room for another vGPU, not even a _8: short of 64 MB of aperture (needs 64 "
		  "MB, 0 of 384 MB are free)" },
		/* By the count there is room. */
		{ { 2, 1, 0, -1 },
		  "2",
		  1,
		  "128 MB of aperture count as free, but they are not in one piece, or the "
		  "desktop uses them" },
		{ { 2, 1, 0, -1 },
		  "2",
		  1,
		  "take _8, which fits (xres and yres or CRU give it more than 1024x768), or "
		  "create it before the display manager starts (--stop-display-manager), or "
		  "remove a vGPU" },
		{ { 6, 3, 1, -1 }, "", 2, "no vGPU is active on it; you can take _4" },
		/* The numbers are of no use. */
		{ { 0, 0, 0, -1 },
		  "7",
		  0,
		  "no room for another _8: its driver has no instance left; taken by "
		  "4b20d080-1b54-4048-85b3-a6a62d165c01, a ? not in use; you can remove a vGPU" },
		{ { 0, 0, 0, -1 }, "777777777", 0, "165c07, a ? not in use; and 2 more; you can" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		struct vgpu_placement placement = { 0 };
		struct fixture f;

		set_up(&f, cases[i].available, cases[i].made);
		put_aperture(&f, *state, 512);
		placement.parent = &f.parent;
		placement.type = cases[i].type < 0 ? NULL : &f.types[cases[i].type];
		assert_int_equal(vgpu_shortage_explain(&f.host, &placement, &err), -1);
		assert_int_equal(err.errnum, ENOSPC);
		if (strstr(err.message, cases[i].words) == NULL)
			print_error("%s\n", err.message);
		assert_non_null(strstr(err.message, cases[i].words));
	}
}

/* What the aperture takes, high memory loses. */
static void a_larger_aperture_helps_only_where_it_alone_is_short(void **state)
{
	static const struct {
		long aperture_mb;
		counts available;
		const char *made;
		size_t type;
		bool is_low_short;
	} cases[] = {
		{ 512, { 2, 1, 0, -1 }, "2", 2, true },
		{ 512, { 2, 1, 0, -1 }, "2", 1, false },
		{ 1024, { 1, 1, 0, 0 }, "1", 3, false }, /* both are short */
		{ 1024, { 1, 1, 0, 0 }, "1", 2, false },
		{ 512, { 0, 0, 0, -1 }, "88", 0, false }, /* fences are */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vgpu_budget budget;
		struct fixture f;

		set_up(&f, cases[i].available, cases[i].made);
		assert_true(vgpu_budget_work_out(&budget, &f.parent, cases[i].aperture_mb));
		assert_int_equal(vgpu_budget_is_low_short(&budget, &f.types[cases[i].type]),
				 cases[i].is_low_short);
	}
}

static void another_driver_has_no_numbers(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct vgpu_placement placement = { 0 };
	struct fixture f;

	set_up(&f, (counts){ 2, 1, 0, -1 }, "2");
	put_aperture(&f, *state, 512);
	f.parent.driver = NULL;
	placement.parent = &f.parent;
	placement.type = &f.types[2];
	assert_int_equal(vgpu_shortage_explain(&f.host, &placement, &err), -1);
	assert_non_null(strstr(err.message, "its driver has no instance left"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_short_is_told_with_its_numbers),
		cmocka_unit_test(the_most_that_fit_are_known_whatever_is_active),
		cmocka_unit_test(numbers_that_contradict_are_not_told),
		cmocka_unit_test(a_larger_aperture_helps_only_where_it_alone_is_short),
		cmocka_unit_test_setup_teardown(the_ways_out_fit_the_cause, scratch_set_up,
						scratch_tear_down),
		cmocka_unit_test_setup_teardown(another_driver_has_no_numbers, scratch_set_up,
						scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
