/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "display/scanout/caller.h"
#include "display/scanout/process.h"

#define A	     "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define B	     "4b20d080-1b54-4048-85b3-a6a62d165c02"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Arguments with the NUL after the last one. */
#define ARGUMENTS(text) text, sizeof(text)

static void a_domain_is_an_argument_pair_of_its_own(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		bool is_a;
	} cases[] = {
		{ ARGUMENTS("qemu\0-uuid\0" A), true },
		{ ARGUMENTS("qemu\0-name\0guest=x\0-uuid\0" A "\0-display\0none"), true },
		{ ARGUMENTS("qemu\0-uuid\0" B "\0-uuid\0" A), true },
		{ ARGUMENTS("qemu\0-uuid\0-uuid\0" A), true },
		{ ARGUMENTS("qemu\0-uuid\0" B), false },
		{ ARGUMENTS("qemu\0-uuid\0" A "0"), false },
		{ ARGUMENTS("qemu\0-uuid " A), false },
		{ ARGUMENTS("qemu\0-uuid=" A), false },
		{ ARGUMENTS("qemu\0--uuid\0" A), false },
		{ ARGUMENTS("qemu\0-device\0vfio-pci,sysfsdev=/sys/" A), false },
		{ ARGUMENTS("qemu\0-name\0-uuid " A), false },
		{ ARGUMENTS("qemu\0-uuid\0\0" A), false },
		{ ARGUMENTS("qemu\0-uuid"), false },
		{ ARGUMENTS(A), false },
		{ ARGUMENTS(""), false },
		{ "", 0, false },
		/* cut within the last argument */
		{ "qemu\0-uuid\0" A, sizeof("qemu\0-uuid\0" A) - 1, false },
		{ "qemu\0-uuid\0" A, sizeof("qemu\0-uuid\0"), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		/* of its own size, so that a sanitizer sees who reads on */
		char *copy = malloc(cases[i].length + (cases[i].length == 0));

		assert_non_null(copy);
		memcpy(copy, cases[i].text, cases[i].length);
		if (scanout_process_names(copy, cases[i].length, A) != cases[i].is_a)
			fail_msg("case %zu", i);
		free(copy);
	}
}

static void only_a_process_of_one_user_counts(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uid_t uid;
		unsigned int numbers;
	} cases[] = {
		{ "Name:\tqemu\nUid:\t64055\t64055\t64055\t64055\nFDSize:\t64\n", true, 64055, 64 },
		{ "FDSize:\t256\nUid:\t0\t0\t0\t0", true, 0, 256 },
		/* the kernel writes \\n for a newline in a name */
		{ "Name:\tx\\nUid:\t0\t0\t0\t0\nUid:\t7\t7\t7\t7\nFDSize:\t1\n", true, 7, 1 },
		{ "Uid:\t1000\t0\t0\t0\nFDSize:\t64\n", false, 0, 0 },
		{ "Uid:\t0\t1000\t0\t0\nFDSize:\t64\n", false, 0, 0 },
		{ "Uid:\t1000\t1000\t1000\t0\nFDSize:\t64\n", false, 0, 0 },
		{ "Uid:\t1000\t1000\t1000\nFDSize:\t64\n", false, 0, 0 },
		{ "Uid:\t1000\t1000\t1000\t1000\n", false, 0, 0 },
		{ "XUid:\t0\t0\t0\t0\nFDSize:\t64\n", false, 0, 0 },
		{ "Uid 0 0 0 0\nFDSize:\t64\n", false, 0, 0 },
		{ "Uid:\tx\nFDSize:\t64\n", false, 0, 0 },
		{ "\n\n\n", false, 0, 0 },
		{ "", false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scanout_process process = { 0 };

		if (scanout_process_parse_status(&process, cases[i].text) != cases[i].good)
			fail_msg("case %zu", i);
		if (!cases[i].good)
			continue;
		assert_int_equal(process.uid, cases[i].uid);
		assert_int_equal(process.numbers, cases[i].numbers);
	}
}

static void a_vm_of_the_system_is_where_only_root_puts_processes(void **state)
{
	static const struct {
		const char *text;
		bool is_system;
	} cases[] = {
		{ "0::/machine.slice/machine-qemu\\x2d1\\x2dwin.scope/libvirt/emulator\n", true },
		{ "0::/machine.slice/machine-qemu\\x2d1\\x2dwin.scope", true },
		{ "0::/machine/qemu-1-win.libvirt-qemu/emulator\n", true },
		{ "9:cpu,cpuacct:/machine.slice/x\n"
		  "1:name=systemd:/machine.slice/machine-qemu\\x2d1.scope\n0::/x\n",
		  true },
		/* partitions of their own */
		{ "0::/machine.slice/machine-production.slice/machine-qemu\\x2d1\\x2dwin.scope\n",
		  true },
		{ "0::/machine.slice/machine-a.slice/machine-a-b.slice/machine-qemu\\x2d1.scope\n",
		  true },
		{ "0::/machine/production.partition/qemu-1-win.libvirt-qemu/emulator\n", true },
		{ "0::/machine.slice/machine-production.slice/x.scope/machine-qemu\n", false },
		{ "0::/machine.slice/x.service/machine-a.slice/machine-qemu\n", false },
		{ "0::/machine.slice/.slice/machine-qemu\n", false },
		{ "0::/machine.slice/machine-a.slice\n", false },
		{ "0::/machine/x/qemu-1\n", false },
		{ "0::/machine/x.partition/lxc-1-win\n", false },
		{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope\n", false },
		{ "0::/user.slice/user-1000.slice/user@1000.service/machine.slice/machine-qemu\n",
		  false },
		{ "0::/machine.slice/machine-lxc\\x2d1.scope\n", false },
		{ "0::/machine.slice/systemd-nspawn@x.service/payload/machine-qemu\n", false },
		{ "0::/machine.slicer/machine-qemu\n", false },
		{ "0::machine.slice/machine-qemu\n", false },
		{ "0::/x/0::/machine.slice/machine-qemu\n", false },
		/* hierarchies that may be given to users */
		{ "3:name=mine:/machine.slice/machine-qemu\n", false },
		{ "2:cpu:/machine.slice/machine-qemu\n", false },
		{ ":name=systemd:/machine.slice/machine-qemu\n", false },
		{ "10::/machine.slice/machine-qemu\n", false },
		{ "\n", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (scanout_process_is_system(cases[i].text) != cases[i].is_system)
			fail_msg("case %zu", i);
	}
}

static void who_may_see_which_vm(void **state)
{
	enum {
		ROOT = 0,
		USER = 1000,
		OTHER = 1001,
		QEMU = 64055
	};
	static const struct {
		uid_t caller, vm;
		bool sees_system, is_system, may;
	} cases[] = {
		{ ROOT, QEMU, false, true, true },
		{ ROOT, USER, false, false, true },
		{ USER, QEMU, true, true, true },
		{ USER, ROOT, true, true, true },
		{ USER, QEMU, false, true, false },
		{ USER, USER, false, false, true },
		{ USER, USER, true, false, true },
		{ USER, OTHER, true, false, false },
		{ USER, QEMU, true, false, false },
		{ USER, ROOT, true, false, false },
		/* the system's, though as the caller's own user (qemu.conf can say so) */
		{ USER, USER, false, true, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scanout_caller caller = { cases[i].caller, cases[i].sees_system };
		struct scanout_process vm = { .uid = cases[i].vm, .is_system = cases[i].is_system };

		if (scanout_caller_may_see(&caller, &vm) != cases[i].may)
			fail_msg("case %zu", i);
	}
}

static void a_group_counts_as_the_first_or_another(void **state)
{
	static const gid_t others[] = { 4, 24, 109 };

	(void)state;
	assert_true(scanout_caller_has_group(109, 1000, others, 3));
	assert_true(scanout_caller_has_group(109, 109, NULL, 0));
	assert_false(scanout_caller_has_group(109, 1000, others, 2));
	assert_false(scanout_caller_has_group(109, 1000, NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_is_an_argument_pair_of_its_own),
		cmocka_unit_test(only_a_process_of_one_user_counts),
		cmocka_unit_test(a_vm_of_the_system_is_where_only_root_puts_processes),
		cmocka_unit_test(who_may_see_which_vm),
		cmocka_unit_test(a_group_counts_as_the_first_or_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
