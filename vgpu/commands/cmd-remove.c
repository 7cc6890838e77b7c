/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "vgpu/base/ask.h"
#include "vgpu/base/log.h"
#include "vgpu/base/options.h"
#include "vgpu/commands/commands.h"
#include "vgpu/store/forget.h"
#include "vgpu/store/lock.h"
#include "vgpu/store/suspended.h"
#include "vgpu/vgpus/lookup.h"
#include "vgpu/vgpus/remove.h"

struct request {
	const char *config_dir;
	bool is_all;
	bool keep; /* the definitions */
	bool forget;
	bool is_agreed;
	const char **words; /* owned */
	size_t word_count;
};

static int parse_request(int argc, char **argv, struct request *request, struct base_error *err)
{
	const struct vgpu_option options[] = { { "all", NULL, &request->is_all },
					       { "keep", NULL, &request->keep },
					       { "forget", NULL, &request->forget },
					       { "yes", NULL, &request->is_agreed },
					       { "config-dir", &request->config_dir, NULL },
					       { NULL, NULL, NULL } };
	int count;

	request->words = calloc((size_t)argc, sizeof(*request->words));
	if (request->words == NULL)
		return base_error_no_memory(err, "cannot remove vGPUs");
	count = vgpu_options_parse(argc, argv, options, request->words, argc, err);
	if (count < 0)
		return -1;
	request->word_count = (size_t)count;
	if (request->keep && request->forget)
		return vgpu_options_refuse(err, "remove",
					   "--keep cannot be combined with --forget");
	if (request->is_all && count > 0)
		return vgpu_options_refuse(err, "remove", "--all takes no UUIDs");
	if (!request->is_all && count == 0)
		return base_error_set(err, BASE_MISUSED,
				      "remove which vGPU? 'vgpu list' shows their UUIDs");
	return 0;
}

static void report_kept(const char *uuid, const struct vgpu_device *device,
			const struct vgpu_definition *definition)
{
	if (device == NULL)
		base_info("%s is not active; it stays defined and %s", uuid,
			  vgpu_start_describe(definition->start));
	else if (definition == NULL)
		base_info("removed %s: %s on %s (it was not defined)", uuid, device->type,
			  device->parent);
	else
		base_info("removed %s: %s on %s; it stays defined and %s", uuid, device->type,
			  device->parent, vgpu_start_describe(definition->start));
}

static void report_forgotten(const char *uuid, const struct vgpu_device *device, size_t definitions)
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

static int not_there(const char *uuid, struct base_error *err)
{
	return base_error_set(err, BASE_FAILED,
			      "there is no active or defined vGPU %s; 'vgpu list' shows the vGPUs",
			      uuid);
}

static int keep_one(const char *uuid, const struct vgpu_device *device,
		    const struct vgpu_store *store, struct base_error *err)
{
	size_t index = 0;
	const struct vgpu_definition *definition = vgpu_store_find(store, uuid, &index);
	const struct vgpu_problem *problem = vgpu_store_find_problem(store, uuid, &index);

	if (device == NULL && definition == NULL && problem == NULL)
		return not_there(uuid, err);
	if (definition != NULL || problem == NULL)
		report_kept(uuid, device, definition);
	else if (device == NULL)
		return base_error_set(err, BASE_FAILED,
				      "the vGPU %s is not active and has a broken definition, "
				      "repair or remove it: %s",
				      uuid, problem->message);
	else
		base_info("removed %s: %s on %s; its definition stays, but is broken: %s", uuid,
			  device->type, device->parent, problem->message);
	return 0;
}

static int forget_one(const char *uuid, const struct vgpu_device *device,
		      const struct vgpu_store *store, struct base_error *err)
{
	size_t index = 0, definitions = 0;
	const struct vgpu_definition *definition = vgpu_store_find(store, uuid, &index);

	if (vgpu_forget(store, uuid, &definitions, err) < 0) {
		if (device == NULL)
			return -1;
		return base_error_wrap(err, "the vGPU is removed, but it stays defined%s%s",
				       definition != NULL ? " and " : "",
				       definition != NULL ? vgpu_start_describe(definition->start)
							  : "");
	}
	if (device == NULL && definitions == 0)
		return not_there(uuid, err);
	report_forgotten(uuid, device, definitions);
	return 0;
}

/* Also removes what 'vgpu suspend' remembers: it must not come back when the machine wakes up. */
static int remove_one(const char *uuid, bool keep, const struct vgpu_world *world,
		      struct base_error *err)
{
	const struct vgpu_device *device = vgpu_host_find_device(&world->host, uuid);
	const struct vgpu_store *store = &world->store;
	size_t index = 0;
	bool was_suspended = false;

	if (vgpu_lock_is_usual(store->path, VGPU_STORE_DIR) &&
	    vgpu_suspended_forget(VGPU_SUSPENDED_DIR, uuid, &was_suspended, err) < 0)
		return -1;
	if (was_suspended && device == NULL && vgpu_store_find(store, uuid, &index) == NULL &&
	    vgpu_store_find_problem(store, uuid, &index) == NULL) {
		base_info("%s does not come back when the machine wakes up", uuid);
		return 0;
	}
	if (device != NULL && vgpu_remove(device, err) < 0)
		return -1;
	return keep ? keep_one(uuid, device, store, err) : forget_one(uuid, device, store, err);
}

/* Prints an error for each that fails. */
static int remove_named(const char *const words[], size_t count, bool keep,
			const struct vgpu_world *world, struct base_error *err)
{
	BASE_AUTO(vgpu_lookups) struct vgpu_lookups lookups = { 0 };
	size_t failed;

	if (vgpu_lookups_init(&lookups, words, count, world, err) < 0)
		return -1;
	failed = lookups.failed;
	for (size_t i = 0; i < lookups.count; i++) {
		BASE_AUTO(base_error) struct base_error why = { 0 };

		if (remove_one(lookups.uuids[i], keep, world, &why) < 0) {
			base_log_error(&why);
			failed++;
		}
	}
	return failed > 0 ? BASE_FAILED : 0;
}

/* A definition that is broken has to be named to be removed. */
static int remove_all(bool keep, const struct vgpu_world *world, struct base_error *err)
{
	const struct vgpu_inventory *inventory = &world->inventory;
	BASE_AUTO(free) const char **words = calloc(inventory->count + 1, sizeof(*words));
	size_t count = 0;

	if (words == NULL)
		return base_error_no_memory(err, "cannot remove vGPUs");
	for (size_t i = 0; i < inventory->count; i++) {
		if (!keep || inventory->items[i].device != NULL)
			words[count++] = vgpu_item_uuid(&inventory->items[i]);
	}
	vgpu_store_warn(&world->store);
	if (count == 0)
		base_info("there is no vGPU to remove");
	return remove_named(words, count, keep, world, err);
}

static int run(const struct request *request, struct base_error *err)
{
	BASE_AUTO(vgpu_world) struct vgpu_world world = { 0 };
	BASE_AUTO(fd) int lock = -1;

	if (request->is_all &&
	    vgpu_ask(request->is_agreed,
		     request->keep ? "Remove every vGPU?" : "Remove every vGPU and its definition?",
		     err) < 0)
		return -1;
	lock = vgpu_lock_take(request->config_dir, err);
	if (lock < 0 || vgpu_world_init(&world, request->config_dir, VGPU_WORLD_WHOLE, err) < 0)
		return -1;
	if (request->is_all)
		return remove_all(request->keep, &world, err);
	return remove_named(request->words, request->word_count, request->keep, &world, err);
}

int vgpu_cmd_remove(int argc, char **argv, struct base_error *err)
{
	struct request request = { 0 };
	int status = parse_request(argc, argv, &request, err);

	if (status == 0)
		status = run(&request, err);
	free(request.words);
	return status;
}
