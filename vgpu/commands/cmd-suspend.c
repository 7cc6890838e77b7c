/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "vgpu/base/log.h"
#include "vgpu/base/options.h"
#include "vgpu/commands/commands.h"
#include "vgpu/host/gvt.h"
#include "vgpu/store/lock.h"
#include "vgpu/store/store.h"
#include "vgpu/store/suspended.h"
#include "vgpu/vgpus/remove.h"
#include "vgpu/vgpus/world.h"

/* The vGPU's own definition, if its parent and type match, for the attributes in it. */
static const struct vgpu_definition *find_definition(const struct vgpu_store *store,
						     const struct vgpu_device *device)
{
	const struct vgpu_definition *definition;

	for (size_t i = 0; (definition = vgpu_store_find(store, device->uuid, &i)) != NULL; i++) {
		if (strcmp(definition->parent, device->parent) == 0 &&
		    strcmp(definition->type, device->type) == 0)
			return definition;
	}
	return NULL;
}

static int remember(struct vgpu_store *suspended, const struct vgpu_store *store,
		    const struct vgpu_device *device, struct base_error *err)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition made = { 0 };
	const struct vgpu_definition *definition = find_definition(store, device);

	if (definition == NULL) {
		if (vgpu_definition_init(&made, device->parent, device->uuid, device->type,
					 VGPU_START_MANUAL, err) < 0)
			return -1;
		definition = &made;
	}
	return vgpu_store_write(suspended, definition, err);
}

/* The vGPU is remembered first, so that it comes back even if this program is ended in between. */
static int suspend_vgpu(struct vgpu_store *suspended, const struct vgpu_store *store,
			const struct vgpu_device *device, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (!vgpu_device_has_type(device))
		return base_error_set(err, BASE_FAILED, "the kernel does not say what type it has");
	if (remember(suspended, store, device, err) < 0)
		return -1;
	if (vgpu_remove(device, err) == 0)
		return 0;
	if (vgpu_store_remove(suspended, device->parent, device->uuid, &why) < 0)
		base_warning("%s", why.message);
	return -1;
}

/* A vGPU in use is not a failure, because the owner wants the machine to sleep. */
static bool tell_failure(const struct vgpu_device *device, const struct base_error *why)
{
	if (why->errnum != EBUSY)
		base_warning("cannot remove %s before the machine sleeps: %s", device->uuid,
			     why->message);
	else if (vgpu_gvt_makes_type(device->type))
		base_warning("the machine may freeze when it wakes up: %s", why->message);
	else
		base_warning("%s stays while the machine sleeps: %s", device->uuid, why->message);
	return why->errnum == EBUSY;
}

int vgpu_cmd_suspend(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(vgpu_store) struct vgpu_store suspended = { .fd = -1 };
	BASE_AUTO(vgpu_world) struct vgpu_world world = { 0 };
	BASE_AUTO(fd) int lock = -1;
	const struct vgpu_option options[] = { { NULL, NULL, NULL } };
	int status = 0;

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0)
		return -1;
	lock = vgpu_lock_take(NULL, err);
	if (lock < 0 || vgpu_world_init(&world, NULL, 0, err) < 0 ||
	    vgpu_store_init(&suspended, VGPU_SUSPENDED_DIR, err) < 0)
		return -1;
	for (size_t i = 0; i < world.host.device_count; i++) {
		const struct vgpu_device *device = &world.host.devices[i];
		BASE_AUTO(base_error) struct base_error why = { 0 };

		if (suspend_vgpu(&suspended, &world.store, device, &why) == 0)
			base_info("removed %s before the machine sleeps: %s on %s", device->uuid,
				  device->type, device->parent);
		else if (!tell_failure(device, &why))
			status = BASE_FAILED;
	}
	return status;
}
