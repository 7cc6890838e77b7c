/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vgpu/base/ask.h"
#include "vgpu/base/log.h"
#include "vgpu/base/options.h"
#include "vgpu/base/text.h"
#include "vgpu/commands/commands.h"
#include "vgpu/create/desktop.h"
#include "vgpu/create/placement.h"
#include "vgpu/create/shortage.h"
#include "vgpu/store/lock.h"
#include "vgpu/vgpus/lookup.h"
#include "vgpu/vgpus/make.h"
#include "vgpu/vgpus/world.h"

/* How long a desktop may take to give its memory back when it has been ended. */
#define PATIENCE_S 10

/* What was asked for; NULL if the choice was left to us. */
struct request {
	const char *parent;
	const char *type;
	const char *config_dir;
	const char *asked_uuid;	   /* as it was written */
	char uuid[BASE_UUID_SIZE]; /* "" until it is known */
	bool is_max;
	bool is_transient;
	bool is_manual;
	bool stops_desktop;
	bool is_agreed;
};

/* What exists, and how far the attempt got. */
struct attempt {
	struct vgpu_world world;
	/* What has the request's UUID already; NULL if nothing has. */
	const struct vgpu_device *device;
	const struct vgpu_definition *definition;
	bool is_full;	 /* the parent has no room */
	bool has_waited; /* for the desktop's memory */
};

static void finish_attempt(struct attempt *attempt)
{
	vgpu_world_finish(&attempt->world);
}

BASE_DEFINE_CLEANUP(attempt, struct attempt, finish_attempt)

static int check_options(const struct request *request, struct base_error *err)
{
	if (request->is_max && request->type != NULL)
		return vgpu_options_refuse(err, "create", "--max cannot be combined with --type");
	if (request->is_transient && request->is_manual)
		return vgpu_options_refuse(
			err, "create",
			"--no-boot cannot be combined with --transient, which makes no definition");
	return 0;
}

static int refuse_uuid(const struct request *request, struct base_error *err)
{
	return base_error_set(
		err, BASE_MISUSED,
		"'%s' is not a UUID; uuidgen prints one, and without --uuid vgpu makes a new one",
		request->asked_uuid);
}

static int read_uuid(struct request *request, struct base_error *err)
{
	if (request->asked_uuid == NULL) {
		base_name_make_uuid(request->uuid);
		return 0;
	}
	if (base_name_parse_uuid(request->asked_uuid, request->uuid))
		return 0;
	request->uuid[0] = '\0';
	return vgpu_lookup_is_start(request->asked_uuid) ? 0 : refuse_uuid(request, err);
}

/* The beginning of a UUID means an existing vGPU; a new vGPU needs a whole one. */
static int settle_uuid(struct request *request, const struct attempt *attempt,
		       struct base_error *err)
{
	if (request->uuid[0] != '\0' ||
	    vgpu_lookup(request->asked_uuid, &attempt->world, request->uuid, err) == 0)
		return 0;
	return err->errnum == ENOENT ? refuse_uuid(request, err) : -1;
}

static int parse_request(int argc, char **argv, struct request *request, struct base_error *err)
{
	const struct vgpu_option options[] = {
		{ "parent", &request->parent, NULL },
		{ "type", &request->type, NULL },
		{ "max", NULL, &request->is_max },
		{ "uuid", &request->asked_uuid, NULL },
		{ "transient", NULL, &request->is_transient },
		{ "no-boot", NULL, &request->is_manual },
		{ "stop-display-manager", NULL, &request->stops_desktop },
		{ "yes", NULL, &request->is_agreed },
		{ "config-dir", &request->config_dir, NULL },
		{ NULL, NULL, NULL },
	};

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0 ||
	    check_options(request, err) < 0)
		return -1;
	return read_uuid(request, err);
}

/* An existing definition must also agree with the options. */
static int check_definition(const struct vgpu_definition *definition, const struct request *request,
			    struct base_error *err)
{
	const char *uuid = definition->uuid;

	if ((request->parent != NULL && strcmp(definition->parent, request->parent) != 0) ||
	    (request->type != NULL && strcmp(definition->type, request->type) != 0)) {
		base_error_set(err, BASE_FAILED,
			       "the UUID %s is taken: it is defined as a %s on %s", uuid,
			       definition->type, definition->parent);
		err->errnum = EEXIST;
		return -1;
	}
	if (request->is_transient)
		return base_error_set(err, BASE_FAILED,
				      "the vGPU %s is defined already: leave out --transient, or "
				      "type 'vgpu forget %s' first",
				      uuid, uuid);
	if (request->is_manual && definition->start != VGPU_START_MANUAL)
		return base_error_set(err, BASE_FAILED,
				      "the vGPU %s is defined already, but not to start by hand: "
				      "'vgpu set --no-boot %s' changes that",
				      uuid, uuid);
	return 0;
}

/* After 'vgpu set', an active vGPU can differ from its definition: only its owner may remove it. */
static int check_agreement(const struct attempt *attempt, struct base_error *err)
{
	const struct vgpu_definition *definition = attempt->definition;
	const struct vgpu_device *device = attempt->device;

	if (device == NULL || definition == NULL ||
	    vgpu_make_check(device, definition->parent, definition->type, NULL) == 0)
		return 0;
	return base_error_set(
		err, BASE_FAILED,
		"the vGPU %s is active as a %s on %s but defined as a %s on %s: to get what is "
		"defined, type 'vgpu remove --keep %s' and then this command again",
		device->uuid, device->type, device->parent, definition->type, definition->parent,
		device->uuid);
}

/*
 * The same vGPU may be asked for again: then what exists must match the request,
 * and decides what the request leaves open.
 */
static int find_existing(struct request *request, struct attempt *attempt, struct base_error *err)
{
	const struct vgpu_problem *problem;
	size_t index = 0;

	problem = vgpu_store_find_problem(&attempt->world.store, request->uuid, &index);
	if (problem != NULL)
		return base_error_set(
			err, BASE_FAILED,
			"the UUID %s has a broken definition, repair or remove it: %s",
			request->uuid, problem->message);
	attempt->device = vgpu_host_find_device(&attempt->world.host, request->uuid);
	index = 0;
	attempt->definition = vgpu_store_find(&attempt->world.store, request->uuid, &index);
	if (check_agreement(attempt, err) < 0)
		return -1;
	if (attempt->device != NULL) {
		if (vgpu_make_check(attempt->device, request->parent, request->type, err) < 0)
			return -1;
		request->parent = attempt->device->parent;
		request->type = attempt->device->type;
	}
	if (attempt->definition != NULL) {
		if (check_definition(attempt->definition, request, err) < 0)
			return -1;
		request->parent = attempt->definition->parent;
		request->type = attempt->definition->type;
	}
	return 0;
}

/* Looks at what exists, and where a new vGPU would go. */
static int find_place(struct request *request, struct attempt *attempt,
		      struct vgpu_placement *placement, struct base_error *err)
{
	*placement = (struct vgpu_placement){ 0 };
	if (vgpu_world_init(&attempt->world, request->config_dir,
			    VGPU_WORLD_PARENTS | VGPU_WORLD_WHOLE, err) < 0 ||
	    settle_uuid(request, attempt, err) < 0 || find_existing(request, attempt, err) < 0)
		return -1;
	if (attempt->device != NULL || vgpu_placement_find(&attempt->world.host, request->parent,
							   request->type, placement, err) == 0)
		return 0;
	attempt->is_full = err->errnum == ENOSPC;
	return -1;
}

/* Adds to the error who has the vGPU with this UUID. */
static void name_holder(const struct attempt *attempt, struct base_error *err)
{
	BASE_AUTO(vgpu_usage) struct vgpu_usage usage = { 0 };
	BASE_AUTO(free) char *who = NULL;

	if (attempt->device == NULL ||
	    vgpu_usage_init(&usage, &attempt->world.host, NULL, NULL, NULL) < 0)
		return;
	who = vgpu_usage_describe(&usage, &attempt->world.host, attempt->device);
	if (who != NULL)
		base_error_set(err, err->status, "%s, %s", err->message, who);
}

/*
 * Explains a refusal, for which libvirt is asked. The lock must not be held:
 * libvirt's hook may wait for it while libvirt waits for the hook.
 */
static int explain_refusal(const struct attempt *attempt, const struct vgpu_placement *placement,
			   struct base_error *err)
{
	if (attempt->is_full)
		vgpu_shortage_explain(&attempt->world.host, placement, err);
	else if (err->errnum == EEXIST)
		name_holder(attempt, err);
	return -1;
}

/* The kernel answers ENOSPC until a desktop that was just ended has released the aperture. */
static int make_patiently(struct attempt *attempt, const struct vgpu_parent *parent,
			  const struct vgpu_definition *definition, struct base_error *err)
{
	const struct timespec pause = { .tv_nsec = 250000000 };
	int tries = vgpu_desktop_is_stopped() && !attempt->has_waited ? PATIENCE_S * 4 : 1;

	attempt->has_waited = true;
	while (vgpu_make(parent, definition, err) < 0) {
		if (err->errnum != ENOSPC || --tries == 0)
			return -1;
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* If that fails, the error has to say so, and no longer explains what is short. */
static int take_definition_back(struct attempt *attempt, const struct vgpu_definition *definition,
				struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (vgpu_store_remove(&attempt->world.store, definition->parent, definition->uuid, &why) ==
	    0)
		return -1;
	attempt->is_full = false;
	return base_error_wrap(err, "no vGPU was made, but it is defined (%s)", why.message);
}

static int define(struct attempt *attempt, const struct vgpu_definition *definition,
		  struct base_error *err)
{
	if (vgpu_store_write(&attempt->world.store, definition, err) == 0)
		return 0;
	if (attempt->device != NULL)
		return base_error_wrap(err, "the vGPU %s stays without a definition",
				       definition->uuid);
	return base_error_wrap(err, "no vGPU was made");
}

/*
 * Makes what is missing: first the definition, then the vGPU, or neither. If the
 * machine stops in between, the next restore makes the vGPU; the other way round,
 * nothing would record that the vGPU is to stay.
 */
static int make_missing(const struct request *request, struct attempt *attempt,
			const struct vgpu_placement *placement,
			const struct vgpu_definition *definition, struct base_error *err)
{
	bool defines = attempt->definition == NULL && !request->is_transient;

	if (defines && define(attempt, definition, err) < 0)
		return -1;
	if (attempt->device != NULL ||
	    make_patiently(attempt, placement->parent, definition, err) == 0)
		return 0;
	attempt->is_full = err->errnum == ENOSPC;
	return defines ? take_definition_back(attempt, definition, err) : -1;
}

static void report_made(const struct request *request, const struct attempt *attempt,
			const struct vgpu_definition *definition, bool took_largest)
{
	puts(definition->uuid);
	base_info("%s %s on %s: %s%s; it %s", attempt->device != NULL ? "already there:" : "made",
		  definition->uuid, definition->parent, definition->type,
		  took_largest ? ", the largest type that fits" : "",
		  request->is_transient ? "lasts until the machine restarts (it is not defined)"
					: vgpu_start_describe(definition->start));
}

static int create_on(const struct request *request, struct attempt *attempt,
		     const struct vgpu_placement *placement, struct base_error *err)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition made = { 0 };
	const struct vgpu_definition *definition = attempt->definition;

	if (definition == NULL) {
		const char *parent =
			placement->parent != NULL ? placement->parent->name : request->parent;
		const char *type = placement->type != NULL ? placement->type->id : request->type;
		enum vgpu_start start = request->is_manual ? VGPU_START_MANUAL : VGPU_START_BOOT;

		if (vgpu_definition_init(&made, parent, request->uuid, type, start, err) < 0)
			return -1;
		definition = &made;
	}
	if (make_missing(request, attempt, placement, definition, err) < 0)
		return -1;
	report_made(request, attempt, definition, placement->took_largest);
	return 0;
}

/* The kernel may count room that is of no use, because it is in pieces or the desktop has it. */
static int create_what_fits(const struct request *request, struct attempt *attempt,
			    struct vgpu_placement *placement, struct base_error *err)
{
	while (create_on(request, attempt, placement, err) < 0) {
		const struct vgpu_type *type = placement->type;

		if (!attempt->is_full || type == NULL || !vgpu_placement_shrink(placement))
			return -1;
		base_info("%s has no room for a %s, although it counts some: trying the smaller %s",
			  placement->parent->name, type->id, placement->type->id);
		base_error_finish(err);
		attempt->is_full = false;
	}
	return 0;
}

/*
 * Runs the command without the options that are for the first run only, and with
 * the UUID that was chosen.
 */
static int create_without_desktop(int argc, char **argv, const struct request *request,
				  struct base_error *err)
{
	BASE_AUTO(free) char **rest = calloc((size_t)argc + 3, sizeof(*rest));
	char option[] = "--uuid";
	char uuid[BASE_UUID_SIZE];
	int count = 0;

	if (rest == NULL)
		return base_error_no_memory(err, "cannot stop the display manager");
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--stop-display-manager") != 0 && strcmp(argv[i], "--yes") != 0)
			rest[count++] = argv[i];
	}
	if (request->asked_uuid == NULL) {
		memcpy(uuid, request->uuid, sizeof(uuid));
		rest[count++] = option;
		rest[count++] = uuid;
	}
	return vgpu_desktop_become_without(rest, err);
}

/*
 * Returns 0 to go on in this process; does not return if a service goes on. No
 * session is ended for a vGPU that exists already or cannot be made in any case.
 */
static int stop_desktop(int argc, char **argv, const struct request *request,
			struct base_error *err)
{
	BASE_AUTO(attempt) struct attempt attempt = { 0 };
	struct request wanted = *request;
	struct vgpu_placement placement = { 0 };
	bool is_running = false;

	if (geteuid() != 0)
		return base_error_set(err, BASE_FAILED,
				      "cannot stop the display manager (run this as root)");
	if (find_place(&wanted, &attempt, &placement, err) < 0)
		return explain_refusal(&attempt, &placement, err);
	if (vgpu_desktop_is_running(&is_running, err) < 0)
		return -1;
	if (attempt.device != NULL || !is_running) {
		base_info("the display manager %s: nothing is stopped",
			  is_running ? "may stay because the vGPU exists" : "is not running");
		return 0;
	}
	if (vgpu_ask(request->is_agreed,
		     "Stopping the display manager ends the graphical session with all its "
		     "programs. Stop it now?",
		     err) < 0)
		return -1;
	base_info("the display manager stops now, which ends the graphical session, and starts "
		  "again when the vGPU is made or if that fails; 'journalctl -u " VGPU_DESKTOP_UNIT
		  "' then shows the result");
	return create_without_desktop(argc, argv, request, err);
}

/* For a user whose terminal ended with the session. */
static void record(const struct request *request, int status, const struct base_error *err)
{
	BASE_AUTO(free)
	char *done = base_text_format("%s is there; 'vgpu list' shows it", request->uuid);
	const char *text = status < 0 ? err->message : done;

	vgpu_desktop_record(status < 0, text != NULL ? text : "out of memory");
}

static int run(int argc, char **argv, struct request *request, struct base_error *err)
{
	BASE_AUTO(attempt) struct attempt attempt = { 0 };
	BASE_AUTO(fd) int lock = -1;
	struct vgpu_placement placement = { 0 };

	if (parse_request(argc, argv, request, err) < 0)
		return -1;
	if (request->stops_desktop && stop_desktop(argc, argv, request, err) < 0)
		return -1;
	lock = vgpu_lock_take(request->config_dir, err);
	if (lock < 0)
		return -1;
	if (find_place(request, &attempt, &placement, err) == 0 &&
	    create_what_fits(request, &attempt, &placement, err) == 0)
		return 0;
	vgpu_lock_release(&lock);
	return explain_refusal(&attempt, &placement, err);
}

int vgpu_cmd_create(int argc, char **argv, struct base_error *err)
{
	struct request request = { 0 };
	int status = run(argc, argv, &request, err);

	if (vgpu_desktop_is_stopped())
		record(&request, status, err);
	return status;
}
