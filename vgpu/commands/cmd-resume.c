/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/log.h"
#include "vgpu/base/options.h"
#include "vgpu/commands/commands.h"
#include "vgpu/store/lock.h"
#include "vgpu/store/store.h"
#include "vgpu/store/suspended.h"
#include "vgpu/vgpus/restore.h"

/* A vGPU that cannot be made stays remembered for another try. */
static int resume_vgpu(const struct vgpu_host *host, const struct vgpu_store *suspended,
		       const struct vgpu_definition *definition, struct base_error *err)
{
	int made = vgpu_restore_one(host, definition, err);

	if (made < 0)
		return -1;
	if (made > 0)
		base_info("%s is back: %s on %s", definition->uuid, definition->type,
			  definition->parent);
	return vgpu_store_remove(suspended, definition->parent, definition->uuid, err);
}

int vgpu_cmd_resume(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(vgpu_store) struct vgpu_store suspended = { .fd = -1 };
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	BASE_AUTO(fd) int lock = -1;
	const struct vgpu_option options[] = { { NULL, NULL, NULL } };
	int status = 0;

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0)
		return -1;
	lock = vgpu_lock_wait(NULL, VGPU_LOCK_LONG_PATIENCE, err);
	if (lock < 0 || vgpu_host_init(&host, err) < 0 ||
	    vgpu_store_init(&suspended, VGPU_SUSPENDED_DIR, err) < 0)
		return -1;
	for (size_t i = 0; i < suspended.definition_count; i++) {
		const struct vgpu_definition *definition = &suspended.definitions[i];
		BASE_AUTO(base_error) struct base_error why = { 0 };

		if (resume_vgpu(&host, &suspended, definition, &why) == 0)
			continue;
		base_warning("cannot bring %s back: %s", definition->uuid, why.message);
		status = BASE_FAILED;
	}
	vgpu_store_warn(&suspended);
	return suspended.problem_count > 0 ? BASE_FAILED : status;
}
