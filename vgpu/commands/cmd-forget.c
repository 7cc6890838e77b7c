/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "vgpu/base/log.h"
#include "vgpu/base/options.h"
#include "vgpu/commands/commands.h"
#include "vgpu/store/forget.h"
#include "vgpu/store/lock.h"
#include "vgpu/store/suspended.h"
#include "vgpu/vgpus/lookup.h"

static int forget_one(const char *uuid, const struct vgpu_world *world, struct base_error *err)
{
	const struct vgpu_device *device = vgpu_host_find_device(&world->host, uuid);
	const struct vgpu_store *store = &world->store;
	size_t definitions = 0;
	bool was_suspended = false;

	if (vgpu_lock_is_usual(store->path, VGPU_STORE_DIR) &&
	    vgpu_suspended_forget(VGPU_SUSPENDED_DIR, uuid, &was_suspended, err) < 0)
		return -1;
	if (vgpu_forget(store, uuid, &definitions, err) < 0)
		return -1;
	if (definitions == 0 && was_suspended) {
		base_info("%s does not come back when the machine wakes up", uuid);
		return 0;
	}
	if (definitions == 0)
		return base_error_set(err, BASE_FAILED,
				      device != NULL
					      ? "the vGPU %s is active but not defined; 'vgpu "
						"remove' removes it"
					      : "there is no vGPU %s; 'vgpu list' shows the vGPUs",
				      uuid);
	base_info("removed the definition%s of %s%s", definitions > 1 ? "s" : "", uuid,
		  device != NULL ? "; it stays active until it is removed or the machine restarts"
				 : "");
	return 0;
}

static int forget(const char *const words[], size_t count, const char *config_dir,
		  struct base_error *err)
{
	BASE_AUTO(vgpu_world) struct vgpu_world world = { 0 };
	BASE_AUTO(vgpu_lookups) struct vgpu_lookups lookups = { 0 };
	BASE_AUTO(fd) int lock = vgpu_lock_take(config_dir, err);
	size_t failed;

	if (lock < 0 || vgpu_world_init(&world, config_dir, VGPU_WORLD_WHOLE, err) < 0 ||
	    vgpu_lookups_init(&lookups, words, count, &world, err) < 0)
		return -1;
	failed = lookups.failed;
	for (size_t i = 0; i < lookups.count; i++) {
		BASE_AUTO(base_error) struct base_error why = { 0 };

		if (forget_one(lookups.uuids[i], &world, &why) < 0) {
			base_log_error(&why);
			failed++;
		}
	}
	return failed > 0 ? BASE_FAILED : 0;
}

int vgpu_cmd_forget(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(free) const char **words = calloc((size_t)argc, sizeof(*words));
	const char *config_dir = NULL;
	const struct vgpu_option options[] = { { "config-dir", &config_dir, NULL },
					       { NULL, NULL, NULL } };
	int count;

	if (words == NULL)
		return base_error_no_memory(err, "cannot forget vGPUs");
	count = vgpu_options_parse(argc, argv, options, words, argc, err);
	if (count < 0)
		return -1;
	if (count == 0)
		return base_error_set(err, BASE_MISUSED,
				      "forget which vGPU? 'vgpu list' shows their UUIDs");
	return forget(words, (size_t)count, config_dir, err);
}
