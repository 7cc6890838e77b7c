/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vgpu/base/log.h"
#include "vgpu/commands.h"
#include "vgpu/device.h"
#include "vgpu/lock.h"
#include "vgpu/make.h"
#include "vgpu/options.h"
#include "vgpu/store.h"

enum outcome {
	FAILED = -1,
	MADE,
	WAS_THERE,
};

/* mdevctl's udev rule may have been faster: the same vGPU is what we wanted. */
static int accept_existing(const struct vgpu_definition *definition, struct base_error *err)
{
	BASE_AUTO(vgpu_device) struct vgpu_device device = { 0 };

	if (vgpu_device_init(&device, definition->uuid, err) < 0)
		return -1;
	return vgpu_make_check(&device, definition->parent, definition->type, err);
}

static enum outcome restore(const struct vgpu_host *host, const struct vgpu_definition *definition,
			    struct base_error *err)
{
	const struct vgpu_device *device = vgpu_host_find_device(host, definition->uuid);
	const struct vgpu_parent *parent = vgpu_host_find_parent(host, definition->parent);

	if (device != NULL)
		return vgpu_make_check(device, definition->parent, definition->type, err) < 0
			       ? FAILED
			       : WAS_THERE;
	if (parent == NULL)
		return (enum outcome)base_error_set(
			err, BASE_FAILED,
			"its parent %s makes no vGPUs now; 'vgpu types' "
			"shows what does",
			definition->parent);
	if (vgpu_parent_find_type(parent, definition->type) == NULL)
		return (enum outcome)base_error_set(err, BASE_FAILED, "%s has no type %s now",
						    parent->name, definition->type);
	if (vgpu_make(parent, definition, err) == 0)
		return MADE;
	if (err->errnum == EEXIST && accept_existing(definition, err) == 0)
		return WAS_THERE;
	return FAILED;
}

/* Returns the number of failures, each told in a line. */
static size_t restore_all(const struct vgpu_host *host, const struct vgpu_store *store,
			  const char *parent)
{
	size_t failures = 0;

	for (size_t i = 0; i < store->definition_count; i++) {
		const struct vgpu_definition *definition = &store->definitions[i];
		BASE_AUTO(base_error) struct base_error err = { 0 };
		enum outcome outcome;

		if (!definition->starts_at_boot ||
		    (parent != NULL && strcmp(definition->parent, parent) != 0))
			continue;
		outcome = restore(host, definition, &err);
		if (outcome == MADE)
			base_info("made %s on %s: %s", definition->uuid, definition->parent,
				  definition->type);
		if (outcome != FAILED)
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

int vgpu_cmd_restore(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
	BASE_AUTO(fd) int lock = -1;
	const char *config_dir = NULL;
	const char *parent = NULL;
	const struct vgpu_option options[] = { { "parent", &parent, NULL },
					       { "config-dir", &config_dir, NULL },
					       { NULL, NULL, NULL } };

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0)
		return -1;
	lock = vgpu_lock_take(config_dir, err);
	if (lock < 0 || vgpu_host_init(&host, err) < 0 ||
	    vgpu_store_init(&store, config_dir != NULL ? config_dir : VGPU_STORE_DIR, err) < 0)
		return -1;
	if (count_broken(&store, parent) + restore_all(&host, &store, parent) > 0)
		return BASE_FAILED;
	return 0;
}
