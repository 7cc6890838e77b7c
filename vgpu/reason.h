/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_REASON_H
#define VGPU_REASON_H

#include <stdbool.h>
#include <stdint.h>

#include "vgpu/base/error.h"
#include "vgpu/host.h"

enum vgpu_setting {
	VGPU_SETTING_ABSENT,
	VGPU_SETTING_UNREADABLE, /* i915's are for root only */
	VGPU_SETTING_OFF,
	VGPU_SETTING_ON,
};

/* What decides whether this machine can have GVT-g vGPUs. */
struct vgpu_reason_facts {
	char gpu[32];	 /* PCI address of Intel's graphics processor, "" if none */
	uint16_t device; /* its PCI device id */
	bool has_i915;	 /* i915 drives it */
	bool has_kvmgt;	 /* the modules are loaded */
	bool has_mdev;
	enum vgpu_setting gvt; /* i915.enable_gvt */
	enum vgpu_setting guc; /* GuC submission, bit 0 of i915.enable_guc */
};

int vgpu_reason_gather(struct vgpu_reason_facts *facts, struct base_error *err);

/* Why there is no parent and what to do, in one line; owned by the caller, NULL without memory. */
char *vgpu_reason_no_parent(const struct vgpu_reason_facts *facts);

/* Why the parent offers no types; as above. */
char *vgpu_reason_no_types(const struct vgpu_parent *parent);

#endif
