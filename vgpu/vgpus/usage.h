/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_USAGE_H
#define VGPU_USAGE_H

#include "vgpu/host/holder.h"
#include "vgpu/vgpus/claims.h"
#include "vgpu/vgpus/inventory.h"

/* Which domains have the vGPUs in their XML, and which processes use them now. */
struct vgpu_usage {
	struct vgpu_claims claims;
	struct vgpu_holders holders;
	bool knows_claims; /* libvirt could be asked */
};

/*
 * Asks the libvirt at `uri` (NULL: the default) and looks through /proc. It is not
 * a failure if libvirt cannot be asked: `why` (may be NULL) then says so.
 */
int vgpu_usage_init(struct vgpu_usage *usage, const struct vgpu_host *host, const char *uri,
		    struct base_error *why, struct base_error *err);

/* The same with claims that are known already: it takes them over. */
int vgpu_usage_init_known(struct vgpu_usage *usage, const struct vgpu_host *host,
			  struct vgpu_claims *claims, struct base_error *err);

/*
 * "in use by the domain win10 (qemu-system-x86, PID 123)", "of the domain win10" or
 * "not in use": owned by the caller, NULL without memory. The device is the host's.
 */
char *vgpu_usage_describe(const struct vgpu_usage *usage, const struct vgpu_host *host,
			  const struct vgpu_device *device);

/* Whether no domain has the host's vGPU and no process holds it. */
bool vgpu_usage_is_free(const struct vgpu_usage *usage, const struct vgpu_host *host,
			const struct vgpu_item *item);

/* Takes NULL and a zeroed usage. */
void vgpu_usage_finish(struct vgpu_usage *usage);

BASE_DEFINE_CLEANUP(vgpu_usage, struct vgpu_usage, vgpu_usage_finish)

#endif
