/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/vgpus/usage.h"

#include <string.h>

#include "vgpu/base/text.h"

int vgpu_usage_init(struct vgpu_usage *usage, const struct vgpu_host *host, const char *uri,
		    struct base_error *why, struct base_error *err)
{
	*usage = (struct vgpu_usage){ 0 };
	usage->knows_claims = vgpu_claims_init(&usage->claims, uri, why) == 0;
	return vgpu_holders_init(&usage->holders, host, "/proc", err);
}

int vgpu_usage_init_known(struct vgpu_usage *usage, const struct vgpu_host *host,
			  struct vgpu_claims *claims, struct base_error *err)
{
	*usage = (struct vgpu_usage){ .claims = *claims, .knows_claims = true };
	*claims = (struct vgpu_claims){ 0 };
	return vgpu_holders_init(&usage->holders, host, "/proc", err);
}

char *vgpu_usage_describe(const struct vgpu_usage *usage, const struct vgpu_host *host,
			  const struct vgpu_device *device)
{
	const struct vgpu_process *process = vgpu_holders_find(&usage->holders, host, device);
	BASE_AUTO(free) char *who = NULL;

	if (process != NULL) {
		who = vgpu_process_describe(process);
		return who != NULL ? base_text_format("in use by %s", who) : NULL;
	}
	who = vgpu_claims_describe(&usage->claims, device->uuid);
	return who != NULL ? base_text_format("of the domain %s", who) : strdup("not in use");
}

bool vgpu_usage_is_free(const struct vgpu_usage *usage, const struct vgpu_host *host,
			const struct vgpu_item *item)
{
	/* A vGPU that is only defined here may be active on another parent, with the same UUID. */
	const struct vgpu_device *device = vgpu_host_find_device(host, vgpu_item_uuid(item));
	size_t index = 0;

	if (vgpu_claims_find(&usage->claims, vgpu_item_uuid(item), &index) != NULL)
		return false;
	return device == NULL || vgpu_holders_find(&usage->holders, host, device) == NULL;
}

void vgpu_usage_finish(struct vgpu_usage *usage)
{
	if (usage == NULL)
		return;
	vgpu_claims_finish(&usage->claims);
	vgpu_holders_finish(&usage->holders);
	usage->knows_claims = false;
}
