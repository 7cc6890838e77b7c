/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "vgpu/base/log.h"
#include "vgpu/commands.h"
#include "vgpu/device.h"
#include "vgpu/lock.h"
#include "vgpu/options.h"
#include "vgpu/store.h"

static int parse(int argc, char **argv, char uuid[BASE_UUID_SIZE], const char **config_dir,
		 struct base_error *err)
{
	const struct vgpu_option options[] = { { "config-dir", config_dir, NULL },
					       { NULL, NULL, NULL } };
	const char *operand;
	int count = vgpu_options_parse(argc, argv, options, &operand, 1, err);

	if (count < 0)
		return -1;
	if (count == 0)
		return base_error_set(err, BASE_MISUSED,
				      "remove which vGPU? 'vgpu list' shows their UUIDs");
	if (!base_name_parse_uuid(operand, uuid))
		return base_error_set(err, BASE_MISUSED,
				      "'%s' is not a UUID; 'vgpu list' shows them", operand);
	return 0;
}

/* Usable or broken, on whichever parents. Counts what it removed. */
static int remove_definitions(const struct vgpu_store *store, const char *uuid, size_t *removed,
			      struct base_error *err)
{
	const struct vgpu_definition *definition;
	const struct vgpu_problem *problem;

	*removed = 0;
	for (size_t i = 0; (definition = vgpu_store_find(store, uuid, &i)) != NULL; i++) {
		if (vgpu_store_remove(store, definition->parent, uuid, err) < 0)
			return -1;
		(*removed)++;
	}
	for (size_t i = 0; (problem = vgpu_store_find_problem(store, uuid, &i)) != NULL; i++) {
		if (vgpu_store_remove(store, problem->parent, uuid, err) < 0)
			return -1;
		(*removed)++;
	}
	return 0;
}

static void report(const char *uuid, const struct vgpu_device *device, size_t definitions)
{
	const char *plural = definitions > 1 ? "s" : "";

	if (device == NULL)
		base_info("removed the definition%s of %s (it was not active)", plural, uuid);
	else if (definitions == 0)
		base_info("removed %s: %s on %s (it was not defined)", uuid, device->type,
			  device->parent);
	else
		base_info("removed %s: %s on %s, and its definition%s", uuid, device->type,
			  device->parent, plural);
}

int vgpu_cmd_remove(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	BASE_AUTO(fd) int lock = -1;
	const struct vgpu_device *device;
	const char *config_dir = NULL;
	char uuid[BASE_UUID_SIZE];
	size_t definitions;

	if (parse(argc, argv, uuid, &config_dir, err) < 0)
		return -1;
	lock = vgpu_lock_take(config_dir, err);
	if (lock < 0 || vgpu_host_init(&host, err) < 0 ||
	    vgpu_store_init(&store, config_dir, err) < 0)
		return -1;
	device = vgpu_host_find_device(&host, uuid);
	if (device != NULL && vgpu_device_remove(device, err) < 0)
		return -1;
	if (remove_definitions(&store, uuid, &definitions, err) < 0)
		return device == NULL ? -1
				      : base_error_wrap(err, "the vGPU is removed, but it would "
							     "come back at boot");
	if (device == NULL && definitions == 0)
		return base_error_set(err, BASE_FAILED,
				      "there is no vGPU %s, active or defined; 'vgpu list' shows "
				      "those that are",
				      uuid);
	report(uuid, device, definitions);
	return 0;
}
