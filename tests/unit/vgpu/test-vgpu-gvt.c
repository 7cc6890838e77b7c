/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vgpu/host/gvt.h"

static void processors_are_known_by_their_id(void **state)
{
	static const struct {
		const char *generation;
		uint16_t device;
		enum vgpu_gvt_support support;
	} cases[] = {
		{ "Broadwell", 0x1616, VGPU_GVT_SUPPORTED },
		{ "Broadwell", 0x163e, VGPU_GVT_SUPPORTED },
		{ "Skylake", 0x1912, VGPU_GVT_SUPPORTED },
		{ "Broxton", 0x5a85, VGPU_GVT_SUPPORTED },
		{ "Kaby Lake", 0x5916, VGPU_GVT_SUPPORTED },
		{ "Kaby Lake", 0x591c, VGPU_GVT_SUPPORTED },
		{ "Amber Lake", 0x87ca, VGPU_GVT_SUPPORTED },
		{ "Coffee Lake", 0x3e92, VGPU_GVT_SUPPORTED },
		{ "Coffee Lake", 0x3ea0, VGPU_GVT_SUPPORTED },
		{ "Comet Lake", 0x9bc5, VGPU_GVT_SUPPORTED },
		{ "Comet Lake", 0x9bf6, VGPU_GVT_SUPPORTED },
		{ "Haswell", 0x0412, VGPU_GVT_TOO_OLD },
		{ "Sandy Bridge", 0x0116, VGPU_GVT_TOO_OLD },
		{ "Gemini Lake", 0x3185, VGPU_GVT_NEVER },
		{ "Cannon Lake", 0x5a51, VGPU_GVT_TOO_NEW },
		{ "Ice Lake", 0x8a52, VGPU_GVT_TOO_NEW },
		{ "Rocket Lake", 0x4c8a, VGPU_GVT_TOO_NEW },
		{ "Tiger Lake", 0x9a49, VGPU_GVT_HAS_SRIOV },
		{ "Alder Lake", 0x46a6, VGPU_GVT_HAS_SRIOV },
		{ "Raptor Lake", 0xa7a0, VGPU_GVT_HAS_SRIOV },
		{ "Kaby Lake", 0x5917, VGPU_GVT_SUPPORTED },
		{ NULL, 0x5918, VGPU_GVT_UNKNOWN },
		{ NULL, 0x0000, VGPU_GVT_UNKNOWN },
		{ NULL, 0xffff, VGPU_GVT_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vgpu_gvt_model model = vgpu_gvt_identify(cases[i].device);

		assert_int_equal(model.support, cases[i].support);
		assert_int_equal(vgpu_gvt_supports(cases[i].device),
				 cases[i].support == VGPU_GVT_SUPPORTED);
		if (cases[i].generation == NULL)
			assert_null(model.generation);
		else
			assert_string_equal(model.generation, cases[i].generation);
	}
}

static long least(long a, long b)
{
	return a < b ? a : b;
}

static long count_alone(long aperture_mb, const struct vgpu_gvt_type *type)
{
	struct vgpu_gvt_room room = vgpu_gvt_room(aperture_mb);

	return least(least(room.low_mb / type->low_mb, room.high_mb / type->high_mb),
		     least(room.fences / 4, room.ids));
}

static void the_room_holds_what_i915_offers(void **state)
{
	static const struct {
		long aperture_mb;
		long counts[VGPU_GVT_TYPES]; /* _8, _4, _2, _1 */
	} cases[] = {
		{ 0, { 0, 0, 0, 0 } },	 { 128, { 0, 0, 0, 0 } },  { 256, { 2, 1, 0, 0 } },
		{ 512, { 6, 3, 1, 0 } }, { 1024, { 7, 5, 2, 1 } }, { 4096, { 0, 0, 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t k = 0; k < VGPU_GVT_TYPES; k++)
			assert_int_equal(count_alone(cases[i].aperture_mb, &vgpu_gvt_types[k]),
					 cases[i].counts[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processors_are_known_by_their_id),
		cmocka_unit_test(the_room_holds_what_i915_offers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
