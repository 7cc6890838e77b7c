/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_GVT_H
#define VGPU_GVT_H

#include <stdbool.h>
#include <stdint.h>

/* What the host keeps of the aperture for itself (i915/gvt/gvt.h). */
#define VGPU_GVT_HOST_LOW_MB 128

/* The smallest type's share of the aperture (i915/gvt/vgpu.c). */
#define VGPU_GVT_LEAST_LOW_MB 64

/* True if GVT-g exists for Intel's PCI device id (i915/gvt, gvt_is_supported). */
bool vgpu_gvt_supports(uint16_t device);

#endif
