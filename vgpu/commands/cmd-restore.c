/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vgpu/base/log.h"
#include "vgpu/base/options.h"
#include "vgpu/base/text.h"
#include "vgpu/commands/commands.h"
#include "vgpu/host/watch.h"
#include "vgpu/store/lock.h"
#include "vgpu/vgpus/batch.h"
#include "vgpu/vgpus/restore.h"
#include "vgpu/vgpus/world.h"

#define LONGEST_WAIT 86400 /* seconds */

/*
 * Seconds that another vgpu may still hold the lock at boot when the time is over:
 * virtual machines and the login screen wait for this command, and should not wait
 * for one that hangs.
 */
#define BOOT_GRACE 3

struct request {
	const char *parent; /* NULL: all */
	const char *config_dir;
	bool at_boot;
	long seconds; /* how long to wait for parents */
};

/* What is left to do; parents have the names that the store uses. */
struct round {
	bool is_first;
	char **awaited; /* owned: parents that made no vGPUs yet, in the store's order */
	size_t awaited_count;
	size_t failures;
};

static void finish_round(struct round *round)
{
	for (size_t i = 0; i < round->awaited_count; i++)
		free(round->awaited[i]);
	free(round->awaited);
}

BASE_DEFINE_CLEANUP(round, struct round, finish_round)

static int compare_awaited(const void *parent, const void *awaited)
{
	return strverscmp(parent, *(char *const *)awaited);
}

static bool is_awaited(const struct round *round, const char *parent)
{
	return round->awaited_count > 0 &&
	       bsearch(parent, round->awaited, round->awaited_count, sizeof(*round->awaited),
		       compare_awaited) != NULL;
}

/*
 * Whether the parent's driver may still be loading. At boot, virtual machines wait
 * for this command, so only a PCI device that the driver can find is worth a wait.
 */
static bool may_come(const struct request *request, const char *parent)
{
	BASE_AUTO(free) char *path = NULL;

	if (request->seconds == 0)
		return false;
	if (!request->at_boot)
		return true;
	if (!base_name_is_pci_address(parent))
		return false;
	path = base_text_join_path("/sys/bus/pci/devices", parent);
	return path != NULL && access(path, F_OK) == 0;
}

/* Definitions are ordered by parent, so a parent that is listed already is the last one. */
static int await(struct round *next, const char *parent, struct base_error *err)
{
	char **awaited;

	if (next->awaited_count > 0 && strcmp(next->awaited[next->awaited_count - 1], parent) == 0)
		return 0;
	awaited = reallocarray(next->awaited, next->awaited_count + 1, sizeof(*awaited));
	if (awaited == NULL)
		return base_error_no_memory(err, "cannot wait for %s", parent);
	next->awaited = awaited;
	awaited[next->awaited_count] = strdup(parent);
	if (awaited[next->awaited_count] == NULL)
		return base_error_no_memory(err, "cannot wait for %s", parent);
	next->awaited_count++;
	return 0;
}

/* Reports a definition whose parent is not there when the time is over. */
static void give_up(const struct request *request, const struct vgpu_definition *definition,
		    const struct base_error *why, struct round *next)
{
	if (request->at_boot) {
		base_info("%s waits for its parent %s, which makes no vGPUs yet", definition->uuid,
			  definition->parent);
		return;
	}
	base_warning("cannot restore %s: %s", definition->uuid, why->message);
	next->failures++;
}

/* As vgpu_restore_one; a UUID that somebody took in the meantime is checked again. */
static int restore_now(struct vgpu_batch *batch, const struct vgpu_host *host,
		       const struct vgpu_definition *definition, struct base_error *err)
{
	struct vgpu_batch_item *item = vgpu_batch_take(batch, definition);

	if (item == NULL || (item->status < 0 && item->err.errnum == EEXIST))
		return vgpu_restore_one(host, definition, err);
	if (item->status == 0)
		return 1;
	*err = item->err;
	item->err = (struct base_error){ 0 };
	return -1;
}

static int restore_one(struct vgpu_batch *batch, const struct vgpu_host *host,
		       const struct vgpu_definition *definition, const struct request *request,
		       bool is_last, struct round *next, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	int status = restore_now(batch, host, definition, &why);

	if (status > 0)
		base_info("made %s on %s: %s", definition->uuid, definition->parent,
			  definition->type);
	if (status >= 0)
		return 0;
	if (why.errnum != ENODEV) {
		base_warning("cannot restore %s: %s", definition->uuid, why.message);
		next->failures++;
	} else if (is_last || !may_come(request, definition->parent)) {
		give_up(request, definition, &why, next);
	} else {
		return await(next, definition->parent, err);
	}
	return 0;
}

static bool is_wanted(const struct vgpu_definition *definition, const struct request *request,
		      const struct round *round)
{
	return definition->start == VGPU_START_BOOT &&
	       (request->parent == NULL || strcmp(definition->parent, request->parent) == 0) &&
	       (round->is_first || is_awaited(round, definition->parent));
}

static int restore_all(const struct vgpu_world *world, const struct request *request, bool is_last,
		       struct round *round, struct base_error *err)
{
	const struct vgpu_host *host = &world->host;
	const struct vgpu_store *store = &world->store;
	BASE_AUTO(round) struct round next = { .failures = round->failures };
	BASE_AUTO(vgpu_batch) struct vgpu_batch batch = { 0 };
	struct round done;

	for (size_t i = 0; i < store->definition_count; i++) {
		if (is_wanted(&store->definitions[i], request, round) &&
		    vgpu_batch_add(&batch, host, &store->definitions[i], err) < 0)
			return -1;
	}
	vgpu_batch_run(&batch);
	for (size_t i = 0; i < store->definition_count; i++) {
		if (is_wanted(&store->definitions[i], request, round) &&
		    restore_one(&batch, host, &store->definitions[i], request, is_last, &next,
				err) < 0)
			return -1;
	}
	done = *round;
	*round = next;
	next = done;
	return 0;
}

/* Counts the files that are named like a definition and so may have been one to restore. */
static size_t count_broken(const struct vgpu_store *store, const char *parent)
{
	size_t broken = 0;

	for (size_t i = 0; i < store->problem_count; i++) {
		const struct vgpu_problem *problem = &store->problems[i];

		if (parent != NULL && strcmp(problem->parent, parent) != 0)
			continue;
		base_warning("skipped: %s", problem->message);
		if (problem->uuid[0] != '\0' || problem->is_unread)
			broken++;
	}
	return broken;
}

/* A name that nothing has is a typing error, not a parent without vGPUs. */
static int check_parent(const struct vgpu_world *world, const char *parent, struct base_error *err)
{
	const struct vgpu_store *store = &world->store;

	if (parent == NULL || vgpu_host_find_parent(&world->host, parent) != NULL)
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
			      "and 'vgpu list' show the parents",
			      parent);
}

static int find_patience(const struct request *request, int64_t end)
{
	int64_t left = (end - vgpu_watch_now()) / 1000;

	if (!request->at_boot)
		return VGPU_LOCK_LONG_PATIENCE;
	return left > BOOT_GRACE ? (int)left : BOOT_GRACE;
}

/* Restores what can be restored now. The lock is free while we wait for the rest. */
static int run_round(const struct request *request, int64_t end, bool is_last, struct round *round,
		     struct base_error *err)
{
	BASE_AUTO(vgpu_world) struct vgpu_world world = { 0 };
	BASE_AUTO(vgpu_lock)
	int lock = vgpu_lock_wait(request->config_dir, find_patience(request, end), err);

	if (lock < 0 || vgpu_world_init(&world, request->config_dir, VGPU_WORLD_PARENTS, err) < 0)
		return -1;
	if (round->is_first) {
		if (check_parent(&world, request->parent, err) < 0)
			return -1;
		round->failures += count_broken(&world.store, request->parent);
	}
	return restore_all(&world, request, is_last, round, err);
}

/* Returns 1 if one of the parents may have appeared, 0 if the time is over, or -1. */
static int wait_for_parent(struct vgpu_watch *watch, const struct round *round, int64_t end,
			   struct base_error *err)
{
	char name[NAME_MAX + 1] = "";
	int status;

	do {
		status = vgpu_watch_wait(watch, end, name, err);
	} while (status > 0 && name[0] != '\0' && !is_awaited(round, name));
	return status;
}

static int restore_in_rounds(const struct request *request, struct round *round,
			     struct base_error *err)
{
	BASE_AUTO(vgpu_watch) struct vgpu_watch *watch = NULL;
	int64_t end = vgpu_watch_now() + request->seconds * 1000;
	int event = 1;

	if (request->seconds > 0) {
		watch = request->at_boot ? vgpu_watch_create_settled(err) : vgpu_watch_create(err);
		if (watch == NULL)
			return -1;
	}
	/* mdevctl's udev rule complains about vGPUs that exist already, so it goes first. */
	if (request->at_boot && watch != NULL)
		vgpu_watch_settle(end);
	if (run_round(request, end, watch == NULL, round, err) < 0)
		return -1;
	for (size_t i = 0; i < round->awaited_count; i++)
		base_info("waiting up to %ld s for the parent %s", request->seconds,
			  round->awaited[i]);
	while (round->awaited_count > 0) {
		event = wait_for_parent(watch, round, end, err);
		if (event < 0 || run_round(request, end, event == 0, round, err) < 0)
			return -1;
	}
	return 0;
}

static int parse_seconds(const char *text, long *seconds, struct base_error *err)
{
	char *end;

	if (text == NULL)
		return 0;
	*seconds = strtol(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || *seconds > LONGEST_WAIT)
		return base_error_set(err, BASE_MISUSED,
				      "--wait takes whole seconds up to %d, not '%s'", LONGEST_WAIT,
				      text);
	return 0;
}

int vgpu_cmd_restore(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(round) struct round round = { .is_first = true };
	struct request request = { 0 };
	const char *seconds = NULL;
	const struct vgpu_option options[] = { { "parent", &request.parent, NULL },
					       { "wait", &seconds, NULL },
					       { "at-boot", NULL, &request.at_boot },
					       { "config-dir", &request.config_dir, NULL },
					       { NULL, NULL, NULL } };

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0 ||
	    parse_seconds(seconds, &request.seconds, err) < 0 ||
	    restore_in_rounds(&request, &round, err) < 0)
		return -1;
	return round.failures > 0 ? BASE_FAILED : 0;
}
