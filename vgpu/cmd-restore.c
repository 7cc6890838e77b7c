/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vgpu/base/log.h"
#include "vgpu/commands.h"
#include "vgpu/device.h"
#include "vgpu/lock.h"
#include "vgpu/make.h"
#include "vgpu/options.h"
#include "vgpu/store.h"

/* How long another program may take to make a vGPU whose UUID it has taken. */
#define PATIENCE_MS 2000
#define STEP_MS	    20

struct request {
	const char *parent; /* NULL: all */
	const char *config_dir;
	bool at_boot;
};

/*
 * mdevctl's udev rule may have been faster: the same vGPU is what we wanted.
 * mdev takes the UUID first; the device and its type show up only later.
 */
static int accept_existing(const struct vgpu_definition *definition, struct base_error *err)
{
	for (int waited = 0;; waited += STEP_MS) {
		BASE_AUTO(vgpu_device) struct vgpu_device device = { 0 };
		BASE_AUTO(base_error) struct base_error why = { 0 };

		if (vgpu_device_init(&device, definition->uuid, &why) == 0 &&
		    (vgpu_device_has_type(&device) || waited >= PATIENCE_MS))
			return vgpu_make_check(&device, definition->parent, definition->type, err);
		if (waited >= PATIENCE_MS)
			return base_error_errno(err, EEXIST, "the UUID %s is taken by no vGPU",
						definition->uuid);
		usleep(STEP_MS * 1000);
	}
}

static int make(const struct vgpu_parent *parent, const struct vgpu_definition *definition,
		struct base_error *err)
{
	if (vgpu_parent_find_type(parent, definition->type) == NULL)
		return base_error_set(err, BASE_FAILED, "%s has no type %s now", parent->name,
				      definition->type);
	if (vgpu_make(parent, definition, err) == 0) {
		base_info("made %s on %s: %s", definition->uuid, definition->parent,
			  definition->type);
		return 0;
	}
	if (err->errnum != EEXIST)
		return -1;
	base_error_finish(err);
	return accept_existing(definition, err);
}

static int restore(const struct vgpu_host *host, const struct vgpu_definition *definition,
		   bool at_boot, struct base_error *err)
{
	const struct vgpu_parent *parent = vgpu_host_find_parent(host, definition->parent);

	if (vgpu_host_find_device(host, definition->uuid) != NULL)
		return accept_existing(definition, err);
	if (parent != NULL)
		return make(parent, definition, err);
	if (!at_boot)
		return base_error_set(err, BASE_FAILED,
				      "its parent %s makes no vGPUs now; 'vgpu types' shows what "
				      "does",
				      definition->parent);
	base_info("%s waits for its parent %s, which makes no vGPUs yet", definition->uuid,
		  definition->parent);
	return 0;
}

/* Returns the number of failures, each told in a line. */
static size_t restore_all(const struct vgpu_host *host, const struct vgpu_store *store,
			  const struct request *request)
{
	size_t failures = 0;

	for (size_t i = 0; i < store->definition_count; i++) {
		const struct vgpu_definition *definition = &store->definitions[i];
		BASE_AUTO(base_error) struct base_error err = { 0 };

		if (!definition->starts_at_boot ||
		    (request->parent != NULL && strcmp(definition->parent, request->parent) != 0))
			continue;
		if (restore(host, definition, request->at_boot, &err) == 0)
			continue;
		failures++;
		base_warning("cannot restore %s: %s", definition->uuid, err.message);
	}
	return failures;
}

/* A file that is named like a definition might have been one to restore. */
static size_t count_broken(const struct vgpu_store *store, const char *parent)
{
	size_t broken = 0;

	for (size_t i = 0; i < store->problem_count; i++) {
		const struct vgpu_problem *problem = &store->problems[i];

		if (parent != NULL && strcmp(problem->parent, parent) != 0)
			continue;
		base_warning("skipped: %s", problem->message);
		if (problem->uuid[0] != '\0')
			broken++;
	}
	return broken;
}

/* A name that nothing has is a slip of the pen, not a parent without vGPUs. */
static int check_parent(const struct vgpu_host *host, const struct vgpu_store *store,
			const char *parent, struct base_error *err)
{
	if (parent == NULL || vgpu_host_find_parent(host, parent) != NULL)
		return 0;
	for (size_t i = 0; i < store->definition_count; i++) {
		if (strcmp(store->definitions[i].parent, parent) == 0)
			return 0;
	}
	for (size_t i = 0; i < store->problem_count; i++) {
		if (strcmp(store->problems[i].parent, parent) == 0)
			return 0;
	}
	return base_error_set(err, BASE_FAILED,
			      "there is no parent %s and nothing is defined for it; 'vgpu types' "
			      "and 'vgpu list' show parents",
			      parent);
}

int vgpu_cmd_restore(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	BASE_AUTO(fd) int lock = -1;
	struct request request = { 0 };
	const struct vgpu_option options[] = { { "parent", &request.parent, NULL },
					       { "at-boot", NULL, &request.at_boot },
					       { "config-dir", &request.config_dir, NULL },
					       { NULL, NULL, NULL } };

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0)
		return -1;
	lock = vgpu_lock_take(request.config_dir, err);
	if (lock < 0 || vgpu_host_init(&host, err) < 0 ||
	    vgpu_store_init(&store, request.config_dir, err) < 0 ||
	    check_parent(&host, &store, request.parent, err) < 0)
		return -1;
	if (count_broken(&store, request.parent) + restore_all(&host, &store, &request) > 0)
		return BASE_FAILED;
	return 0;
}
