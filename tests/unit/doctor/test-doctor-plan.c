/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --fix would tell the running kernel, for what was found of KVM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "vgpu/doctor/decide/plan.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char kvm_conf[] = "/etc/modprobe.d/kvm.conf";
static char late_conf[] = "/etc/modprobe.d/zz.conf";

/* A host on which all else is as it should be, so that no file is looked at. */
static void plan_for(struct doctor_plan *plan, const struct doctor_parameter *ignore,
		     const struct doctor_parameter *report, const char *root)
{
	static char address[] = "0000:00:02.0";
	const struct doctor_place place = { .root = root, .kernel = "" };
	struct doctor_facts facts = {
		.gpu = { .address = address, .device = 0x5916 },
		.kernel = {
			.enable_gvt = { .now = DOCTOR_ON, .on_cmdline = DOCTOR_ON },
			.ignore_msrs = *ignore,
			.report_msrs = *report,
			.modules[DOCTOR_KVM] = { .exists = true, .is_loaded = true },
		},
		.services.restores_at_boot = DOCTOR_YES,
		.store.fd = -1,
	};

	assert_int_equal(doctor_plan_init(plan, &facts, &place, NULL), 0);
}

static void kvm_is_told_only_what_the_next_boot_says_too(void **state)
{
	static const struct {
		struct doctor_parameter ignore;
		struct doctor_parameter report;
		const char *told; /* the value of each step */
	} cases[] = {
		{ { .now = DOCTOR_OFF, .in_file = DOCTOR_ON, .file = kvm_conf },
		  { .now = DOCTOR_ON, .in_file = DOCTOR_OFF, .file = kvm_conf },
		  "10" },
		{ { .now = DOCTOR_OFF, .on_cmdline = DOCTOR_ON }, { .now = DOCTOR_OFF }, "1" },
		{ { .now = DOCTOR_OFF, .on_cmdline = DOCTOR_OFF }, { .now = DOCTOR_ON }, "" },
		{ { .now = DOCTOR_OFF, .in_file = DOCTOR_OFF, .file = late_conf },
		  { .now = DOCTOR_ON },
		  "" },
		{ { .now = DOCTOR_OFF, .on_cmdline = DOCTOR_ON },
		  { .now = DOCTOR_ON, .on_cmdline = DOCTOR_ON },
		  "1" },
		{ { .now = DOCTOR_ON, .on_cmdline = DOCTOR_ON },
		  { .now = DOCTOR_ON, .on_cmdline = DOCTOR_OFF },
		  "0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(doctor_plan) struct doctor_plan plan = { 0 };

		plan_for(&plan, &cases[i].ignore, &cases[i].report, "");
		assert_int_equal(plan.change_count, 0);
		assert_int_equal(plan.step_count, strlen(cases[i].told));
		for (size_t k = 0; k < plan.step_count; k++)
			assert_int_equal(plan.steps[k].value[0], cases[i].told[k]);
	}
}

static void what_kvm_logs_is_switched_off_where_it_can_be(void **state)
{
	const struct scratch *scratch = *state;
	const struct doctor_parameter ignore = { .now = DOCTOR_ON, .on_cmdline = DOCTOR_ON };
	const struct doctor_parameter reports[] = {
		{ .now = DOCTOR_ON },
		{ .now = DOCTOR_ON, .in_file = DOCTOR_ON, .file = late_conf },
		{ .now = DOCTOR_OFF },
	};

	for (size_t i = 0; i < COUNT(reports); i++) {
		BASE_AUTO(doctor_plan) struct doctor_plan plan = { 0 };

		plan_for(&plan, &ignore, &reports[i], scratch->path);
		assert_int_equal(plan.change_count, i == 0);
		if (i == 0)
			assert_non_null(strstr(plan.changes[0].after,
					       "\noptions kvm report_ignored_msrs=0\n"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kvm_is_told_only_what_the_next_boot_says_too),
		cmocka_unit_test_setup_teardown(what_kvm_logs_is_switched_off_where_it_can_be,
						scratch_set_up, scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
