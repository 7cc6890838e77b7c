/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_CLAIMS_H
#define VGPU_CLAIMS_H

#include <stddef.h>

#include "vgpu/base/error.h"
#include "vgpu/base/name.h"

/* A libvirt domain that has a vGPU in its XML. */
struct vgpu_claim {
	char uuid[BASE_UUID_SIZE];
	const char *domain; /* one line; points into the text of the claims */
};

struct vgpu_claims {
	struct vgpu_claim *items; /* ordered by UUID, then domain */
	size_t count;
	char *text; /* owned */
};

/*
 * Asks the libvirt at `uri` (NULL: the default) through vgpu-domain. Returns -1 if
 * it cannot be asked. Finish the claims either way.
 */
int vgpu_claims_init(struct vgpu_claims *claims, const char *uri, struct base_error *err);

/* Takes over the text of `vgpu-domain claims`: "UUID DOMAIN" lines; other lines are ignored. */
int vgpu_claims_parse(struct vgpu_claims *claims, char *text, struct base_error *err);

/* The first claim on a vGPU at or after *index; NULL if there is none. */
const struct vgpu_claim *vgpu_claims_find(const struct vgpu_claims *claims, const char *uuid,
					  size_t *index);

/* All domains that claim a vGPU, "a, b": owned by the caller, NULL if there is none. */
char *vgpu_claims_describe(const struct vgpu_claims *claims, const char *uuid);

/* Takes NULL and zeroed claims. */
void vgpu_claims_finish(struct vgpu_claims *claims);

BASE_DEFINE_CLEANUP(vgpu_claims, struct vgpu_claims, vgpu_claims_finish)

#endif
