/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "vgpu/base/file.h"
#include "vgpu/doctor/decide/decide.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void a_node_is_for_those_whom_its_mode_lets_in(void **state)
{
	static const struct {
		uid_t uid;
		gid_t gid;
		mode_t mode;
		bool may;
	} cases[] = {
		{ 0, 0, 0000, true },	    { 1000, 1000, 0600, false },
		{ 1000, 1000, 0666, true }, { 1000, 1000, 0664, false },
		{ 1000, 993, 0660, true },  { 1000, 993, 0640, false },
		{ 1000, 993, 0606, false }, { 7, 1000, 0600, true },
		{ 7, 993, 0466, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		gid_t gids[] = { 5, cases[i].gid };
		struct doctor_user user = { .uid = cases[i].uid, .gids = gids, .gid_count = 2 };
		struct doctor_node node = { .mode = cases[i].mode, .uid = 7, .gid = 993 };

		assert_int_equal(doctor_may_use(&user, &node), cases[i].may);
	}
}

static void a_list_lets_others_in(void **state)
{
	gid_t gid = 44;
	struct doctor_user user = { .uid = 1000, .gids = &gid, .gid_count = 1 };
	struct doctor_node node = { .mode = 0660, .grant_count = 1 };

	(void)state;
	node.grants[0] = (struct doctor_grant){ .is_group = false, .id = 1000 };
	assert_true(doctor_may_use(&user, &node));
	node.grants[0] = (struct doctor_grant){ .is_group = false, .id = 44 };
	assert_false(doctor_may_use(&user, &node));
	node.grants[0] = (struct doctor_grant){ .is_group = true, .id = 44 };
	assert_true(doctor_may_use(&user, &node));
}

/* An entry of system.posix_acl_access, as the kernel lays it out. */
struct entry {
	uint16_t tag;
	uint16_t permissions;
	uint32_t id;
};

static void put_list(const struct scratch *scratch, uint16_t user, uint16_t mask)
{
	const struct entry entries[] = {
		{ htole16(0x01), htole16(6), 0xffffffff },
		{ htole16(0x02), htole16(user), htole32(1000) },
		{ htole16(0x04), htole16(0), 0xffffffff },
		{ htole16(0x10), htole16(mask), 0xffffffff },
		{ htole16(0x20), htole16(0), 0xffffffff },
	};
	char list[4 + sizeof(entries)] = { 2, 0, 0, 0 };
	char path[128];

	memcpy(list + 4, entries, sizeof(entries));
	snprintf(path, sizeof(path), "%s/dev/kvm", scratch->path);
	if (setxattr(path, "system.posix_acl_access", list, sizeof(list), 0) < 0) {
		assert_int_equal(errno, ENOTSUP);
		skip();
	}
}

static void a_list_is_read_from_the_node(void **state)
{
	static const struct {
		uint16_t user;
		uint16_t mask;
		size_t grants;
	} cases[] = { { 6, 6, 1 }, { 7, 7, 1 }, { 4, 6, 0 }, { 6, 4, 0 }, { 0, 6, 0 } };
	const struct scratch *scratch = *state;
	struct doctor_place place = { .root = scratch->path, .kernel = scratch->path, .uid = 1 };
	char path[128];

	snprintf(path, sizeof(path), "%s/dev", scratch->path);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/dev/kvm", scratch->path);
	fclose(fopen(path, "w"));
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(doctor_facts) struct doctor_facts facts = { .store.fd = -1 };

		put_list(scratch, cases[i].user, cases[i].mask);
		assert_int_equal(doctor_permissions_gather(&facts, &place, NULL), 0);
		assert_non_null(facts.permissions.kvm.path);
		assert_int_equal(facts.permissions.kvm.grant_count, cases[i].grants);
		if (cases[i].grants > 0)
			assert_int_equal(facts.permissions.kvm.grants[0].id, 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_is_for_those_whom_its_mode_lets_in),
		cmocka_unit_test(a_list_lets_others_in),
		cmocka_unit_test_setup_teardown(a_list_is_read_from_the_node, scratch_set_up,
						scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
