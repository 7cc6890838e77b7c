/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/host/gvt.h"

#include <stddef.h>
#include <string.h>

#define TYPE_PREFIX "i915-GVTg_"

/* The part of the aperture that the host keeps for itself (i915/gvt/gvt.h). */
#define HOST_LOW_MB 128

struct range {
	uint16_t first;
	uint16_t last;
	const char *generation;
};

/* From include/drm/i915_pciids.h of Linux 6.1. */
static const struct range supported[] = {
	{ 0x1602, 0x1602, "Broadwell" },   { 0x1606, 0x1606, "Broadwell" },
	{ 0x160a, 0x160b, "Broadwell" },   { 0x160d, 0x160e, "Broadwell" },
	{ 0x1612, 0x1612, "Broadwell" },   { 0x1616, 0x1616, "Broadwell" },
	{ 0x161a, 0x161b, "Broadwell" },   { 0x161d, 0x161e, "Broadwell" },
	{ 0x1622, 0x1622, "Broadwell" },   { 0x1626, 0x1626, "Broadwell" },
	{ 0x162a, 0x162b, "Broadwell" },   { 0x162d, 0x162e, "Broadwell" },
	{ 0x1632, 0x1632, "Broadwell" },   { 0x1636, 0x1636, "Broadwell" },
	{ 0x163a, 0x163b, "Broadwell" },   { 0x163d, 0x163e, "Broadwell" },
	{ 0x1902, 0x1902, "Skylake" },	   { 0x1906, 0x1906, "Skylake" },
	{ 0x190a, 0x190b, "Skylake" },	   { 0x190e, 0x190e, "Skylake" },
	{ 0x1912, 0x1913, "Skylake" },	   { 0x1915, 0x1917, "Skylake" },
	{ 0x191a, 0x191b, "Skylake" },	   { 0x191d, 0x191e, "Skylake" },
	{ 0x1921, 0x1921, "Skylake" },	   { 0x1923, 0x1923, "Skylake" },
	{ 0x1926, 0x1927, "Skylake" },	   { 0x192a, 0x192b, "Skylake" },
	{ 0x192d, 0x192d, "Skylake" },	   { 0x1932, 0x1932, "Skylake" },
	{ 0x193a, 0x193b, "Skylake" },	   { 0x193d, 0x193d, "Skylake" },
	{ 0x0a84, 0x0a84, "Broxton" },	   { 0x1a84, 0x1a85, "Broxton" },
	{ 0x5a84, 0x5a85, "Broxton" },	   { 0x5902, 0x5902, "Kaby Lake" },
	{ 0x5906, 0x5906, "Kaby Lake" },   { 0x5908, 0x5908, "Kaby Lake" },
	{ 0x590a, 0x590b, "Kaby Lake" },   { 0x590e, 0x590e, "Kaby Lake" },
	{ 0x5912, 0x5913, "Kaby Lake" },   { 0x5915, 0x5917, "Kaby Lake" },
	{ 0x591a, 0x591e, "Kaby Lake" },   { 0x5921, 0x5921, "Kaby Lake" },
	{ 0x5923, 0x5923, "Kaby Lake" },   { 0x5926, 0x5927, "Kaby Lake" },
	{ 0x593b, 0x593b, "Kaby Lake" },   { 0x87c0, 0x87c0, "Amber Lake" },
	{ 0x3e90, 0x3e94, "Coffee Lake" }, { 0x3e96, 0x3e96, "Coffee Lake" },
	{ 0x3e98, 0x3e9c, "Coffee Lake" }, { 0x3ea0, 0x3ea9, "Coffee Lake" },
	{ 0x87ca, 0x87ca, "Amber Lake" },  { 0x9b21, 0x9b21, "Comet Lake" },
	{ 0x9b41, 0x9b41, "Comet Lake" },  { 0x9ba2, 0x9ba2, "Comet Lake" },
	{ 0x9ba4, 0x9ba5, "Comet Lake" },  { 0x9ba8, 0x9ba8, "Comet Lake" },
	{ 0x9baa, 0x9baa, "Comet Lake" },  { 0x9bac, 0x9bac, "Comet Lake" },
	{ 0x9bc2, 0x9bc2, "Comet Lake" },  { 0x9bc4, 0x9bc6, "Comet Lake" },
	{ 0x9bc8, 0x9bc8, "Comet Lake" },  { 0x9bca, 0x9bca, "Comet Lake" },
	{ 0x9bcc, 0x9bcc, "Comet Lake" },  { 0x9be6, 0x9be6, "Comet Lake" },
	{ 0x9bf6, 0x9bf6, "Comet Lake" },
};

/* Intel's graphics processors without GVT-g, so that messages can name them. */
static const struct {
	struct range ids;
	enum vgpu_gvt_support support;
} others[] = {
	{ { 0x0102, 0x0126, "Sandy Bridge" }, VGPU_GVT_TOO_OLD },
	{ { 0x0152, 0x016a, "Ivy Bridge" }, VGPU_GVT_TOO_OLD },
	{ { 0x0402, 0x042e, "Haswell" }, VGPU_GVT_TOO_OLD },
	{ { 0x0a02, 0x0a2e, "Haswell" }, VGPU_GVT_TOO_OLD },
	{ { 0x0c02, 0x0c2e, "Haswell" }, VGPU_GVT_TOO_OLD },
	{ { 0x0d02, 0x0d2e, "Haswell" }, VGPU_GVT_TOO_OLD },
	{ { 0x0f30, 0x0f33, "Bay Trail" }, VGPU_GVT_TOO_OLD },
	{ { 0x22b0, 0x22b3, "Cherry Trail" }, VGPU_GVT_NEVER },
	{ { 0x3184, 0x3185, "Gemini Lake" }, VGPU_GVT_NEVER },
	{ { 0x4541, 0x4571, "Elkhart Lake" }, VGPU_GVT_TOO_NEW },
	{ { 0x4626, 0x462a, "Alder Lake" }, VGPU_GVT_HAS_SRIOV },
	{ { 0x4680, 0x4693, "Alder Lake" }, VGPU_GVT_HAS_SRIOV },
	{ { 0x46a0, 0x46d4, "Alder Lake" }, VGPU_GVT_HAS_SRIOV },
	{ { 0x4905, 0x4909, "DG1" }, VGPU_GVT_TOO_NEW },
	{ { 0x4c80, 0x4c9a, "Rocket Lake" }, VGPU_GVT_TOO_NEW },
	{ { 0x4e51, 0x4e71, "Jasper Lake" }, VGPU_GVT_TOO_NEW },
	{ { 0x5690, 0x56c2, "Arc" }, VGPU_GVT_TOO_NEW },
	{ { 0x5a40, 0x5a5c, "Cannon Lake" }, VGPU_GVT_TOO_NEW },
	{ { 0x6420, 0x64b0, "Lunar Lake" }, VGPU_GVT_HAS_SRIOV },
	{ { 0x7d40, 0x7dd5, "Meteor Lake" }, VGPU_GVT_HAS_SRIOV },
	{ { 0x8a50, 0x8a71, "Ice Lake" }, VGPU_GVT_TOO_NEW },
	{ { 0x9a40, 0x9af8, "Tiger Lake" }, VGPU_GVT_HAS_SRIOV },
	{ { 0xa720, 0xa721, "Raptor Lake" }, VGPU_GVT_HAS_SRIOV },
	{ { 0xa780, 0xa7ad, "Raptor Lake" }, VGPU_GVT_HAS_SRIOV },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool holds(const struct range *range, uint16_t device)
{
	return device >= range->first && device <= range->last;
}

bool vgpu_gvt_supports(uint16_t device)
{
	return vgpu_gvt_identify(device).support == VGPU_GVT_SUPPORTED;
}

struct vgpu_gvt_model vgpu_gvt_identify(uint16_t device)
{
	for (size_t i = 0; i < COUNT(supported); i++) {
		if (holds(&supported[i], device))
			return (struct vgpu_gvt_model){ supported[i].generation,
							VGPU_GVT_SUPPORTED };
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		if (holds(&others[i].ids, device))
			return (struct vgpu_gvt_model){ others[i].ids.generation,
							others[i].support };
	}
	return (struct vgpu_gvt_model){ NULL, VGPU_GVT_UNKNOWN };
}

bool vgpu_gvt_makes_type(const char *id)
{
	return strncmp(id, TYPE_PREFIX, strlen(TYPE_PREFIX)) == 0;
}

/* i915/gvt/vgpu.c, vgpu_types. */
const struct vgpu_gvt_type vgpu_gvt_types[VGPU_GVT_TYPES] = {
	{ "_8", 64, 384, "1024x768" },
	{ "_4", 128, 512, "1920x1200" },
	{ "_2", 256, 1024, "1920x1200" },
	{ "_1", 512, 2048, "1920x1200" },
};

/* The global graphics translation table of these generations maps 4 GB. */
struct vgpu_gvt_room vgpu_gvt_room(long aperture_mb)
{
	struct vgpu_gvt_room room = {
		.low_mb = aperture_mb - HOST_LOW_MB,
		.high_mb = 4096 - aperture_mb - 384,
		.fences = 32 - 4,
		.ids = 7,
	};

	if (room.low_mb < 0)
		room.low_mb = 0;
	if (room.high_mb < 0)
		room.high_mb = 0;
	return room;
}
