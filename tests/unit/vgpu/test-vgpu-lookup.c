/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "vgpu/vgpus/lookup.h"

#define A	     "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define B	     "4b20d080-1b54-4048-85b3-a6a62d165c02"
#define C	     "c0ffee00-1b54-4048-85b3-a6a62d165c03"
#define D	     "deadbeef-1b54-4048-85b3-a6a62d165c04"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct vgpu_device devices[] = { { .uuid = A }, { .uuid = C } };
static struct vgpu_definition definitions[] = { { .uuid = A }, { .uuid = B }, { .uuid = A } };
static struct vgpu_problem problems[] = { { .uuid = D }, { .uuid = "" } };

static const struct vgpu_world world = { .host = { .devices = devices,
						   .device_count = COUNT(devices) },
					 .store = { .definitions = definitions,
						    .definition_count = COUNT(definitions),
						    .problems = problems,
						    .problem_count = COUNT(problems) } };

static void a_unique_beginning_is_enough(void **state)
{
	static const struct {
		const char *word, *uuid;
	} cases[] = {
		{ A, A },
		{ "4B20D080-1B54-4048-85B3-A6A62D165C01", A },
		{ "4b20d080-1b54-4048-85b3-a6a62d165c02", B },
		{ "c", C },
		{ "C0FFEE00-1b54-4", C },
		{ "c0ffee00-", C },
		{ "dead", D },
		/* Of no vGPU, but whole. */
		{ "00000000-1b54-4048-85b3-a6a62d165c01", "00000000-1b54-4048-85b3-a6a62d165c01" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char uuid[BASE_UUID_SIZE];

		assert_int_equal(vgpu_lookup(cases[i].word, &world, uuid, NULL), 0);
		assert_string_equal(uuid, cases[i].uuid);
	}
}

static void other_words_are_refused(void **state)
{
	static const struct {
		const char *word;
		enum base_status status;
		int errnum;
		const char *words;
	} cases[] = {
		{ "4b2", BASE_FAILED, 0, "the UUIDs of several vGPUs begin with 4b2: " A ", " B },
		{ "4b20d080-1b54-4048-85b3-a6a62d165c0", BASE_FAILED, 0, A ", " B },
		{ "a", BASE_FAILED, ENOENT,
		  "no active or defined vGPU has a UUID that begins with a;" },
		{ "", BASE_MISUSED, 0, "'' is not a UUID" },
		{ "mtty", BASE_MISUSED, 0, "'mtty' is not a UUID" },
		{ "4b20d0801", BASE_MISUSED, 0, "is not a UUID" },
		{ "4b20d08-", BASE_MISUSED, 0, "is not a UUID" },
		{ A "0", BASE_MISUSED, 0, "is not a UUID" },
		{ "../4b2", BASE_MISUSED, 0, "is not a UUID" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		char uuid[BASE_UUID_SIZE];

		assert_int_equal(vgpu_lookup(cases[i].word, &world, uuid, &err), -1);
		assert_int_equal(err.status, cases[i].status);
		assert_int_equal(err.errnum, cases[i].errnum);
		assert_non_null(strstr(err.message, cases[i].words));
	}
}

static void many_candidates_are_cut_short(void **state)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct vgpu_definition many[6] = { 0 };
	const struct vgpu_world crowded = {
		.store = { .definitions = many, .definition_count = COUNT(many) },
	};
	char uuid[BASE_UUID_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(many); i++) {
		memcpy(many[i].uuid, A, sizeof(A));
		many[i].uuid[35] = (char)('1' + i);
	}
	assert_int_equal(vgpu_lookup("4b", &crowded, uuid, &err), -1);
	assert_non_null(strstr(err.message, "165c04 and more"));
	assert_null(strstr(err.message, "165c05"));
}

static void words_are_looked_up_once_each(void **state)
{
	static const char *const words[] = { "c0", A, C, "ffff", "4b" };
	static const char *const bad[] = { "c0", "mtty" };
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct vgpu_lookups lookups;

	(void)state;
	assert_int_equal(vgpu_lookups_init(&lookups, words, COUNT(words), &world, &err), 0);
	assert_int_equal(lookups.count, 2);
	assert_string_equal(lookups.uuids[0], C);
	assert_string_equal(lookups.uuids[1], A);
	assert_int_equal(lookups.failed, 2);
	vgpu_lookups_finish(&lookups);

	assert_int_equal(vgpu_lookups_init(&lookups, bad, COUNT(bad), &world, &err), -1);
	assert_int_equal(err.status, BASE_MISUSED);
	vgpu_lookups_finish(&lookups);
}

#define MANY 40000

static void many_words_are_looked_up_in_no_time(void **state)
{
	char(*texts)[BASE_UUID_SIZE] = calloc(MANY, sizeof(*texts));
	const char **words = calloc(MANY, sizeof(*words));
	struct vgpu_lookups lookups;
	clock_t start = clock();

	(void)state;
	assert_non_null(texts);
	assert_non_null(words);
	for (unsigned int i = 0; i < MANY; i++) {
		snprintf(texts[i], sizeof(texts[i]), "4b20d080-1b54-4048-85b3-%012x",
			 (i * 7919) % (MANY / 2));
		words[i] = texts[i];
	}
	assert_int_equal(vgpu_lookups_init(&lookups, words, MANY, &world, NULL), 0);
	assert_int_equal(lookups.count, MANY / 2);
	for (size_t i = 0; i < lookups.count; i++)
		assert_string_equal(lookups.uuids[i], texts[i]);
	assert_true(clock() - start < CLOCKS_PER_SEC);
	vgpu_lookups_finish(&lookups);
	free(words);
	free(texts);
}

/* A machine with two parents; `claims` is what libvirt says, `pid` holds the first vGPU. */
static int look_up_free(const char *claims, long pid, char uuid[BASE_UUID_SIZE],
			struct base_error *err)
{
	char pci_api[] = "vfio-pci", ccw_api[] = "vfio-ccw";
	char gvt[] = "i915-GVTg_V5_8", io[] = "vfio_ccw-io";
	char gpu[] = "0000:00:02.0", channel[] = "0.0.0313", absent[] = "0000:03:00.0";
	struct vgpu_type pci_types[] = { { .id = gvt, .device_api = pci_api } };
	struct vgpu_type ccw_types[] = { { .id = io, .device_api = ccw_api } };
	struct vgpu_parent parents[] = { { .name = channel, .types = ccw_types, .type_count = 1 },
					 { .name = gpu, .types = pci_types, .type_count = 1 } };
	struct vgpu_device there[] = { { .uuid = D, .parent = channel, .type = io },
				       { .uuid = A, .parent = gpu, .type = gvt } };
	struct vgpu_definition defined[] = { { .uuid = A, .parent = gpu, .type = gvt },
					     { .uuid = B, .parent = gpu, .type = gvt },
					     { .uuid = A, .parent = absent, .type = gvt },
					     { .uuid = C, .parent = absent, .type = gvt } };
	struct vgpu_process holders[] = { { 0 }, { .pid = pid } };
	struct vgpu_world machine = {
		.host = { parents, COUNT(parents), there, COUNT(there) },
		.store = { .definitions = defined, .definition_count = COUNT(defined) },
		.usage = { .holders = { holders, COUNT(holders) } },
	};
	int status;

	assert_int_equal(vgpu_claims_parse(&machine.usage.claims, strdup(claims), NULL), 0);
	assert_int_equal(
		vgpu_inventory_init(&machine.inventory, &machine.host, &machine.store, NULL), 0);
	status = vgpu_lookup_free(&machine, uuid, err);
	vgpu_claims_finish(&machine.usage.claims);
	vgpu_inventory_finish(&machine.inventory);
	return status;
}

static void the_only_free_one_is_found(void **state)
{
	static const struct {
		const char *claims;
		long pid;
		const char *uuid, *error;
	} cases[] = {
		{ "", 0, NULL, "which vGPU? These are free: " A ", " B },
		{ A " win10\n", 0, B, NULL },
		{ B " win10\n", 0, A, NULL },
		{ D " zvm\n" B " a\n" B " b\n", 0, A, NULL },
		{ "", 7, B, NULL },
		{ B " win10\n", 7, NULL, "there is no free vGPU: 'vgpu create' makes one" },
		{ A " a\n" B " b\n", 0, NULL, "there is no free vGPU" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		char uuid[BASE_UUID_SIZE] = "";
		int status = look_up_free(cases[i].claims, cases[i].pid, uuid, &err);

		if (cases[i].uuid != NULL)
			assert_string_equal(uuid, cases[i].uuid);
		else if (status == 0 || strstr(err.message, cases[i].error) == NULL)
			fail_msg("case %zu: %s", i, status == 0 ? uuid : err.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_unique_beginning_is_enough),
		cmocka_unit_test(other_words_are_refused),
		cmocka_unit_test(many_candidates_are_cut_short),
		cmocka_unit_test(words_are_looked_up_once_each),
		cmocka_unit_test(the_only_free_one_is_found),
		cmocka_unit_test(many_words_are_looked_up_in_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
