/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/vgpus/lookup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/log.h"

#define NAMED 4 /* as many candidates as fit on a line */

/* The different UUIDs that begin as the word does. */
struct candidates {
	const char *uuids[NAMED];
	size_t count;
};

static void consider_uuid(struct candidates *candidates, const char *start, const char *uuid)
{
	if (*uuid == '\0' || strncmp(uuid, start, strlen(start)) != 0)
		return;
	for (size_t i = 0; i < candidates->count && i < NAMED; i++) {
		if (strcmp(candidates->uuids[i], uuid) == 0)
			return;
	}
	if (candidates->count < NAMED)
		candidates->uuids[candidates->count] = uuid;
	candidates->count++;
}

static void find_candidates(struct candidates *candidates, const char *start,
			    const struct vgpu_world *world)
{
	const struct vgpu_host *host = &world->host;
	const struct vgpu_store *store = &world->store;

	for (size_t i = 0; i < host->device_count; i++)
		consider_uuid(candidates, start, host->devices[i].uuid);
	for (size_t i = 0; i < store->definition_count; i++)
		consider_uuid(candidates, start, store->definitions[i].uuid);
	for (size_t i = 0; i < store->problem_count; i++)
		consider_uuid(candidates, start, store->problems[i].uuid);
}

/* The beginning of a UUID in lower case: false if it is not one. */
static bool parse_start(const char *word, char start[BASE_UUID_SIZE])
{
	char whole[BASE_UUID_SIZE] = "00000000-0000-0000-0000-000000000000";
	size_t length = strlen(word);

	if (length == 0 || length >= BASE_UUID_SIZE)
		return false;
	/* It is one if the rest of a UUID behind it makes a whole UUID. */
	for (size_t i = 0; i < length; i++)
		whole[i] = word[i];
	if (!base_name_parse_uuid(whole, start))
		return false;
	start[length] = '\0';
	return true;
}

bool vgpu_lookup_is_start(const char *word)
{
	char start[BASE_UUID_SIZE];

	return parse_start(word, start);
}

#define NAMES_SIZE ((size_t)NAMED * (BASE_UUID_SIZE + 2) + sizeof(" and more"))

/* "UUID, UUID and more" */
static void list_candidates(const struct candidates *candidates, char names[NAMES_SIZE])
{
	size_t length = 0;

	for (size_t i = 0; i < candidates->count && i < NAMED; i++)
		length += (size_t)snprintf(names + length, NAMES_SIZE - length, "%s%s",
					   i > 0 ? ", " : "", candidates->uuids[i]);
	if (candidates->count > NAMED)
		snprintf(names + length, NAMES_SIZE - length, " and more");
}

static int refuse_ambiguous(const char *word, const struct candidates *candidates,
			    struct base_error *err)
{
	char names[NAMES_SIZE];

	list_candidates(candidates, names);
	return base_error_set(err, BASE_FAILED, "the UUIDs of several vGPUs begin with %s: %s",
			      word, names);
}

static int refuse_unknown(const char *word, struct base_error *err)
{
	base_error_set(err, BASE_FAILED,
		       "no active or defined vGPU has a UUID that begins with %s; 'vgpu list' "
		       "shows the vGPUs",
		       word);
	if (err != NULL)
		err->errnum = ENOENT;
	return -1;
}

int vgpu_lookup(const char *word, const struct vgpu_world *world, char uuid[BASE_UUID_SIZE],
		struct base_error *err)
{
	struct candidates candidates = { 0 };
	char start[BASE_UUID_SIZE];

	if (base_name_parse_uuid(word, uuid))
		return 0;
	if (!parse_start(word, start))
		return base_error_set(
			err, BASE_MISUSED,
			"'%s' is not a UUID or the beginning of one; 'vgpu list' shows the UUIDs",
			word);
	find_candidates(&candidates, start, world);
	if (candidates.count == 0)
		return refuse_unknown(word, err);
	if (candidates.count > 1)
		return refuse_ambiguous(word, &candidates, err);
	memcpy(uuid, candidates.uuids[0], BASE_UUID_SIZE);
	return 0;
}

int vgpu_lookup_free(const struct vgpu_world *world, char uuid[BASE_UUID_SIZE],
		     struct base_error *err)
{
	const struct vgpu_host *host = &world->host;
	struct candidates candidates = { 0 };
	char names[NAMES_SIZE];

	for (size_t i = 0; i < world->inventory.count; i++) {
		const struct vgpu_item *item = &world->inventory.items[i];
		const struct vgpu_type *type = vgpu_item_find_type(item, host);

		if (type != NULL && vgpu_type_is_pci(type) &&
		    vgpu_usage_is_free(&world->usage, host, item))
			consider_uuid(&candidates, "", vgpu_item_uuid(item));
	}
	if (candidates.count == 0)
		return base_error_set(err, BASE_FAILED,
				      "there is no free vGPU: 'vgpu create' makes one, 'vgpu list' "
				      "shows who has the existing ones");
	if (candidates.count > 1) {
		list_candidates(&candidates, names);
		return base_error_set(err, BASE_FAILED, "which vGPU? These are free: %s", names);
	}
	memcpy(uuid, candidates.uuids[0], BASE_UUID_SIZE);
	return 0;
}

static int compare_places(const void *a, const void *b, void *uuids)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	const char(*items)[BASE_UUID_SIZE] = uuids;
	int order = strcmp(items[left], items[right]);

	return order != 0 ? order : (left > right) - (left < right);
}

/* Keeps the first of each UUID, in the same order. */
static int drop_repeated(struct vgpu_lookups *lookups, struct base_error *err)
{
	BASE_AUTO(free) size_t *places = calloc(lookups->count + 1, sizeof(*places));
	BASE_AUTO(free) bool *is_repeated = calloc(lookups->count + 1, sizeof(*is_repeated));
	size_t kept = 0;

	if (places == NULL || is_repeated == NULL)
		return base_error_no_memory(err, "cannot look for vGPUs");
	for (size_t i = 0; i < lookups->count; i++)
		places[i] = i;
	qsort_r(places, lookups->count, sizeof(*places), compare_places, lookups->uuids);
	for (size_t i = 1; i < lookups->count; i++)
		is_repeated[places[i]] =
			strcmp(lookups->uuids[places[i]], lookups->uuids[places[i - 1]]) == 0;
	for (size_t i = 0; i < lookups->count; i++) {
		if (!is_repeated[i])
			memmove(lookups->uuids[kept++], lookups->uuids[i], BASE_UUID_SIZE);
	}
	lookups->count = kept;
	return 0;
}

int vgpu_lookups_init(struct vgpu_lookups *lookups, const char *const words[], size_t count,
		      const struct vgpu_world *world, struct base_error *err)
{
	*lookups = (struct vgpu_lookups){ .uuids = calloc(count + 1, sizeof(*lookups->uuids)) };
	if (lookups->uuids == NULL)
		return base_error_no_memory(err, "cannot look for vGPUs");
	for (size_t i = 0; i < count; i++) {
		BASE_AUTO(base_error) struct base_error why = { 0 };
		char *uuid = lookups->uuids[lookups->count];

		if (vgpu_lookup(words[i], world, uuid, &why) == 0) {
			lookups->count++;
		} else if (why.status == BASE_MISUSED) {
			*err = why;
			why = (struct base_error){ 0 };
			return -1;
		} else {
			base_log_error(&why);
			lookups->failed++;
		}
	}
	return drop_repeated(lookups, err);
}

void vgpu_lookups_finish(struct vgpu_lookups *lookups)
{
	if (lookups == NULL)
		return;
	free(lookups->uuids);
	*lookups = (struct vgpu_lookups){ 0 };
}
