/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <uuid.h>

#include "vgpu/base/log.h"
#include "vgpu/choose.h"
#include "vgpu/commands.h"
#include "vgpu/device.h"
#include "vgpu/lock.h"
#include "vgpu/make.h"
#include "vgpu/options.h"
#include "vgpu/store.h"

/* What was asked for; NULL where it was left to us. */
struct request {
	const char *parent;
	const char *type;
	const char *config_dir;
	bool has_uuid;
	char uuid[BASE_UUID_SIZE];
};

/* What has the request's UUID already; NULL where nothing has. */
struct existing {
	const struct vgpu_device *device;
	const struct vgpu_definition *definition;
};

static int parse(int argc, char **argv, struct request *request, struct base_error *err)
{
	const char *uuid = NULL;
	const struct vgpu_option options[] = { { "parent", &request->parent, NULL },
					       { "type", &request->type, NULL },
					       { "uuid", &uuid, NULL },
					       { "config-dir", &request->config_dir, NULL },
					       { NULL, NULL, NULL } };
	uuid_t random;

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0)
		return -1;
	request->has_uuid = uuid != NULL;
	if (uuid == NULL) {
		uuid_generate_random(random);
		uuid_unparse_lower(random, request->uuid);
	} else if (!base_name_parse_uuid(uuid, request->uuid)) {
		return base_error_set(err, BASE_MISUSED,
				      "'%s' is not a UUID; uuidgen prints one, and without --uuid "
				      "vgpu makes one",
				      uuid);
	}
	return 0;
}

static int check_definition(const struct vgpu_definition *definition, const char *parent,
			    const char *type, struct base_error *err)
{
	if ((parent == NULL || strcmp(definition->parent, parent) == 0) &&
	    (type == NULL || strcmp(definition->type, type) == 0))
		return 0;
	return base_error_set(err, BASE_FAILED, "the UUID %s is taken: it is defined as a %s on %s",
			      definition->uuid, definition->type, definition->parent);
}

/*
 * A vGPU that is only active or only defined may be asked for: then what there
 * is must be what is asked for, and settles what was left open.
 */
static int find_existing(struct request *request, const struct vgpu_host *host,
			 const struct vgpu_store *store, struct existing *existing,
			 struct base_error *err)
{
	const struct vgpu_problem *problem;
	size_t index = 0;

	*existing = (struct existing){ 0 };
	problem = vgpu_store_find_problem(store, request->uuid, &index);
	if (problem != NULL)
		return base_error_set(
			err, BASE_FAILED,
			"the UUID %s has a broken definition, repair or remove it: %s",
			request->uuid, problem->message);
	existing->device = vgpu_host_find_device(host, request->uuid);
	if (existing->device != NULL) {
		if (vgpu_make_check(existing->device, request->parent, request->type, err) < 0)
			return -1;
		request->parent = existing->device->parent;
		request->type = existing->device->type;
	}
	index = 0;
	existing->definition = vgpu_store_find(store, request->uuid, &index);
	if (existing->definition != NULL) {
		if (check_definition(existing->definition, request->parent, request->type, err) < 0)
			return -1;
		request->parent = existing->definition->parent;
		request->type = existing->definition->type;
	}
	if (existing->device != NULL && existing->definition != NULL)
		return base_error_set(err, BASE_FAILED,
				      "the UUID %s is taken: it is a %s on %s, active and defined; "
				      "leave --uuid out for a new one",
				      request->uuid, request->type, request->parent);
	return 0;
}

/* Makes what is missing: first the vGPU, then its definition, or neither. */
static int act(const struct vgpu_parent *parent, const struct existing *existing,
	       const struct vgpu_definition *definition, struct vgpu_store *store,
	       struct base_error *err)
{
	if (existing->device == NULL && vgpu_make(parent, definition, err) < 0)
		return -1;
	if (existing->definition != NULL || vgpu_store_write(store, definition, err) == 0)
		return 0;
	if (existing->device != NULL)
		return base_error_wrap(err, "the vGPU %s stays without a definition",
				       definition->uuid);
	return vgpu_make_undo(parent, definition->uuid, err);
}

static void report(const struct vgpu_definition *definition, const struct existing *existing,
		   bool took_largest)
{
	puts(definition->uuid);
	base_info("%s %s on %s: %s%s; %s", existing->device != NULL ? "there was already" : "made",
		  definition->uuid, definition->parent, definition->type,
		  took_largest ? ", the largest type that fits" : "",
		  definition->starts_at_boot ? "it comes back at boot"
					     : "it does not come back at boot (start is manual)");
}

static int create(const struct request *request, const struct vgpu_host *host,
		  const struct existing *existing, struct vgpu_store *store, struct base_error *err)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition made = { 0 };
	const struct vgpu_definition *definition = existing->definition;
	struct vgpu_choice choice = { 0 };

	if (existing->device == NULL &&
	    vgpu_choose(host, request->parent, request->type, &choice, err) < 0)
		return -1;
	if (definition == NULL) {
		const char *parent = choice.parent != NULL ? choice.parent->name : request->parent;
		const char *type = choice.type != NULL ? choice.type->id : request->type;

		if (vgpu_definition_init(&made, parent, request->uuid, type, true, err) < 0)
			return -1;
		definition = &made;
	}
	if (act(choice.parent, existing, definition, store, err) < 0)
		return -1;
	report(definition, existing, choice.took_largest);
	return 0;
}

int vgpu_cmd_create(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	BASE_AUTO(fd) int lock = -1;
	struct request request = { 0 };
	struct existing existing;

	if (parse(argc, argv, &request, err) < 0)
		return -1;
	lock = vgpu_lock_take(request.config_dir, err);
	if (lock < 0 || vgpu_host_init(&host, err) < 0 ||
	    vgpu_store_init(&store, request.config_dir, err) < 0 ||
	    find_existing(&request, &host, &store, &existing, err) < 0)
		return -1;
	return create(&request, &host, &existing, &store, err);
}
