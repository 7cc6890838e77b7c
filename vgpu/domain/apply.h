/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_APPLY_H
#define VGPU_APPLY_H

#include <stdbool.h>

#include "vgpu/domain/domain.h"
#include "xmlpatch/xmlpatch.h"

/* A planned change of a domain's definition; all borrowed. */
struct vgpu_change {
	struct vgpu_domain *domain;
	const char *before; /* the definition that was patched */
	const struct xmlpatch_result *result;
	bool is_dry;	/* it is only shown, as a diff on standard output */
	bool is_agreed; /* the user was asked before, or need not be */
};

/*
 * Shows the change and asks, on a terminal; saves the old definition; stores the
 * new one; says what was changed and what keeps it from being used. Without a
 * change there is nothing to do. Returns 0, or -1 with the domain unchanged.
 */
int vgpu_apply(const struct vgpu_change *change, struct base_error *err);

#endif
