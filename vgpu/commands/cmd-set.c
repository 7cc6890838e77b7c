/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "vgpu/base/log.h"
#include "vgpu/base/options.h"
#include "vgpu/commands/commands.h"
#include "vgpu/create/placement.h"
#include "vgpu/store/lock.h"
#include "vgpu/vgpus/lookup.h"

#define LIBVIRT_HOOK "/etc/libvirt/hooks/qemu.d/vgpu"

struct request {
	const char *word;
	const char *type; /* NULL: as it is */
	const char *config_dir;
	bool is_boot, is_manual, is_on_demand;
};

static int parse_request(int argc, char **argv, struct request *request, struct base_error *err)
{
	const struct vgpu_option options[] = { { "boot", NULL, &request->is_boot },
					       { "no-boot", NULL, &request->is_manual },
					       { "on-demand", NULL, &request->is_on_demand },
					       { "type", &request->type, NULL },
					       { "config-dir", &request->config_dir, NULL },
					       { NULL, NULL, NULL } };
	int count = vgpu_options_parse(argc, argv, options, &request->word, 1, err);
	int starts = request->is_boot + request->is_manual + request->is_on_demand;

	if (count < 0)
		return -1;
	if (count == 0)
		return base_error_set(err, BASE_MISUSED,
				      "set what for which vGPU? 'vgpu list' shows their UUIDs");
	if (starts > 1)
		return vgpu_options_refuse(err, "set",
					   "--boot, --no-boot and --on-demand cannot be combined");
	if (starts == 0 && request->type == NULL)
		return vgpu_options_refuse(
			err, "set", "nothing to set: use --boot, --no-boot, --on-demand or --type");
	return 0;
}

static int not_defined(const struct vgpu_world *world, const char *uuid, struct base_error *err)
{
	const struct vgpu_problem *problem;
	size_t index = 0;

	problem = vgpu_store_find_problem(&world->store, uuid, &index);
	if (problem != NULL)
		return base_error_set(
			err, BASE_FAILED,
			"the vGPU %s has a broken definition, repair or remove it: %s", uuid,
			problem->message);
	if (vgpu_host_find_device(&world->host, uuid) != NULL)
		return base_error_set(err, BASE_FAILED,
				      "the vGPU %s is active but not defined; 'vgpu create --uuid "
				      "%s' defines it",
				      uuid, uuid);
	return base_error_set(err, BASE_FAILED, "there is no vGPU %s; 'vgpu list' shows the vGPUs",
			      uuid);
}

static const struct vgpu_definition *find_definition(const struct vgpu_world *world,
						     const char *uuid, struct base_error *err)
{
	const struct vgpu_definition *definition, *other;
	size_t index = 0;

	definition = vgpu_store_find(&world->store, uuid, &index);
	if (definition == NULL) {
		not_defined(world, uuid, err);
		return NULL;
	}
	index++;
	other = vgpu_store_find(&world->store, uuid, &index);
	if (other == NULL)
		return definition;
	base_error_set(
		err, BASE_FAILED,
		"the vGPU %s is defined on several parents, %s and %s: remove its definitions with "
		"'vgpu forget', then make it on one parent with 'vgpu create'",
		uuid, definition->parent, other->parent);
	return NULL;
}

/* What the parent offers can be known only while it is there. */
static int check_type(const struct vgpu_host *host, const char *parent, const char *type,
		      struct base_error *err)
{
	const struct vgpu_parent *found = vgpu_host_find_parent(host, parent);

	if (found == NULL) {
		base_info("%s is not there now, so it is not known whether it has the type %s",
			  parent, type);
		return 0;
	}
	return vgpu_placement_check_type(found, type, err);
}

static int change_definition(const struct request *request, struct vgpu_definition *definition,
			     struct base_error *err)
{
	enum vgpu_start start = request->is_boot	? VGPU_START_BOOT
				: request->is_on_demand ? VGPU_START_ON_DEMAND
				: request->is_manual	? VGPU_START_MANUAL
							: definition->start;

	if (request->type != NULL && vgpu_definition_set_type(definition, request->type, err) < 0)
		return -1;
	return start != definition->start ? vgpu_definition_set_start(definition, start, err) : 0;
}

static void report_definition(const struct vgpu_definition *definition,
			      const struct vgpu_device *device, bool is_changed)
{
	base_info("%s: %s on %s, it %s%s", definition->uuid, definition->type, definition->parent,
		  vgpu_start_describe(definition->start), is_changed ? "" : " (nothing changed)");
	if (device != NULL && strcmp(device->parent, definition->parent) == 0 &&
	    strcmp(device->type, definition->type) != 0)
		base_info("it is active as a %s: that changes when it is made again ('vgpu remove "
			  "--keep %s', then 'vgpu create --uuid %s')",
			  device->type, definition->uuid, definition->uuid);
}

/* Without the hook, libvirt does not make the vGPU, and the domain cannot start. */
static void advise_hook(void)
{
	if (access(LIBVIRT_HOOK, X_OK) < 0)
		base_info("libvirt has no hook %s that makes it: install vgpu with its hook "
			  "('sudo make install'), then restart libvirt once",
			  LIBVIRT_HOOK);
}

static int set_definition(const struct request *request, const struct vgpu_world *world,
			  struct base_error *err)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition changed = { 0 };
	const struct vgpu_definition *definition;
	char uuid[BASE_UUID_SIZE];
	bool is_changed;

	if (vgpu_lookup(request->word, world, uuid, err) < 0)
		return -1;
	definition = find_definition(world, uuid, err);
	if (definition == NULL)
		return -1;
	if (request->type != NULL &&
	    check_type(&world->host, definition->parent, request->type, err) < 0)
		return -1;
	if (vgpu_definition_copy(&changed, definition, err) < 0 ||
	    change_definition(request, &changed, err) < 0)
		return -1;
	is_changed =
		changed.start != definition->start || strcmp(changed.type, definition->type) != 0;
	if (is_changed && vgpu_store_rewrite(&world->store, &changed, err) < 0)
		return -1;
	report_definition(&changed, vgpu_host_find_device(&world->host, uuid), is_changed);
	if (request->is_on_demand)
		advise_hook();
	return 0;
}

int vgpu_cmd_set(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(vgpu_world) struct vgpu_world world = { 0 };
	BASE_AUTO(fd) int lock = -1;
	struct request request = { 0 };

	if (parse_request(argc, argv, &request, err) < 0)
		return -1;
	lock = vgpu_lock_take(request.config_dir, err);
	if (lock < 0 || vgpu_world_init(&world, request.config_dir,
					VGPU_WORLD_PARENTS | VGPU_WORLD_WHOLE, err) < 0)
		return -1;
	return set_definition(&request, &world, err);
}
