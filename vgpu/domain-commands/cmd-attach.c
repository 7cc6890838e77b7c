/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/line.h"
#include "vgpu/base/log.h"
#include "vgpu/domain-commands/commands.h"
#include "vgpu/domain/apply.h"
#include "vgpu/domain/attach.h"
#include "vgpu/domain/backup-list.h"
#include "vgpu/domain/capability.h"
#include "vgpu/domain/domain.h"
#include "vgpu/domain/xmlfile.h"
#include "vgpu/vgpus/lookup.h"
#include "xmlpatch/result.h"

/*
 * The XML may be for another host: it comes out the same whether this one knows the
 * vGPU or not.
 */
static int attach_to_text(struct vgpu_attach *attach, struct base_error *err)
{
	const struct vgpu_assignment target = { 0 };
	BASE_AUTO(vgpu_xmlfile) struct vgpu_xmlfile file = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };
	char uuid[BASE_UUID_SIZE] = "";

	if (!base_name_parse_uuid(attach->word, uuid))
		return base_error_set(err, BASE_MISUSED,
				      "'%s' is not a UUID; 'vgpu list' shows those of the vGPUs",
				      attach->word);
	attach->wishes.uuid = uuid;
	vgpu_attach_fit(attach, &target);
	if (vgpu_xmlfile_init(&file, attach->xml, err) < 0)
		return -1;
	if (xmlpatch_attach(file.text, file.length, &attach->wishes, &result, err) < 0)
		return base_error_wrap(err, "%s", vgpu_xmlfile_name(&file));
	if (vgpu_attach_advise(attach, &target, &result, err) < 0 ||
	    vgpu_xmlfile_print(&file, &result, attach->is_dry, err) < 0)
		return -1;
	if (result.n == 0 && !attach->is_dry)
		base_info("the XML has the vGPU %s already: nothing changed", uuid);
	return 0;
}

/* A domain, and all on this host that decides whether it can have the vGPU. */
struct scene {
	struct vgpu_domain *domain;
	char *name; /* one line */
	char *xml;
	struct xmlpatch_mdevs mdevs; /* that it has already */
	struct vgpu_host host;
	struct vgpu_store store;
	struct vgpu_inventory inventory;
	struct vgpu_usage usage;
	struct vgpu_assignment target;
	char uuid[BASE_UUID_SIZE]; /* of the vGPU */
};

static void scene_finish(struct scene *scene)
{
	vgpu_assignment_finish(&scene->target);
	vgpu_usage_finish(&scene->usage);
	vgpu_inventory_finish(&scene->inventory);
	vgpu_store_finish(&scene->store);
	vgpu_host_finish(&scene->host);
	xmlpatch_mdevs_finish(&scene->mdevs);
	free(scene->xml);
	free(scene->name);
	vgpu_domain_destroy(scene->domain);
}

BASE_DEFINE_CLEANUP(scene, struct scene, scene_finish)

static int gather_host(struct scene *scene, const char *config_dir, struct base_error *err)
{
	if (vgpu_host_init(&scene->host, err) < 0 ||
	    vgpu_store_init(&scene->store, config_dir, err) < 0)
		return -1;
	return vgpu_inventory_init(&scene->inventory, &scene->host, &scene->store, err);
}

static int gather_domain(struct scene *scene, const struct vgpu_attach *attach,
			 struct base_error *err)
{
	scene->domain = vgpu_domain_create(attach->uri, attach->domain, err);
	scene->xml = scene->domain != NULL ? vgpu_domain_get_xml(scene->domain, err) : NULL;
	if (scene->xml == NULL)
		return -1;
	scene->name = strdup(vgpu_domain_name(scene->domain));
	if (scene->name == NULL)
		return base_error_errno(err, ENOMEM, "cannot look at the domain");
	base_line_make(scene->name);
	if (xmlpatch_read_mdevs(scene->xml, strlen(scene->xml), &scene->mdevs, err) < 0)
		return base_error_wrap(err, "domain %s", scene->name);
	return 0;
}

static int gather_usage(struct scene *scene, struct base_error *err)
{
	if (vgpu_domain_list_users(scene->domain, &scene->usage.users, err) < 0)
		return -1;
	scene->usage.knows_claims = true;
	return vgpu_holders_init(&scene->usage.holders, &scene->host, "/proc", err);
}

/* One that the domain has is the one that is meant: a second time changes nothing. */
static int pick_own(const struct scene *scene, char uuid[BASE_UUID_SIZE])
{
	for (size_t i = 0; i < scene->mdevs.n; i++) {
		BASE_AUTO(vgpu_assignment) struct vgpu_assignment target = { 0 };

		if (vgpu_assignment_find(&target, scene->mdevs.uuids[i], &scene->host,
					 &scene->store, NULL) < 0 ||
		    target.api == NULL || strcmp(target.api, VGPU_TYPE_PCI_API) != 0)
			continue;
		memcpy(uuid, scene->mdevs.uuids[i], BASE_UUID_SIZE);
		return 0;
	}
	return -1;
}

static int pick(struct scene *scene, const char *word, struct base_error *err)
{
	if (word != NULL)
		return vgpu_lookup(word, &scene->host, &scene->store, scene->uuid, err);
	if (pick_own(scene, scene->uuid) == 0)
		return 0;
	return vgpu_lookup_free(&scene->host, &scene->inventory, &scene->usage, scene->uuid, err);
}

static const char *find_owner(const struct scene *scene)
{
	const struct vgpu_claim *user;

	for (size_t i = 0; (user = vgpu_claims_find(&scene->usage.users, scene->uuid, &i)) != NULL;
	     i++) {
		if (strcmp(user->domain, scene->name) != 0)
			return user->domain;
	}
	return NULL;
}

static const struct vgpu_process *find_holder(const struct scene *scene)
{
	const struct vgpu_device *device = vgpu_host_find_device(&scene->host, scene->uuid);

	return device != NULL ? vgpu_holders_find(&scene->usage.holders, &scene->host, device)
			      : NULL;
}

static const char *find_second(const struct scene *scene)
{
	if (!vgpu_assignment_is_gvt(&scene->target))
		return NULL;
	for (size_t i = 0; i < scene->mdevs.n; i++) {
		const char *uuid = scene->mdevs.uuids[i];
		BASE_AUTO(vgpu_assignment) struct vgpu_assignment target = { 0 };

		if (strcmp(uuid, scene->uuid) != 0 &&
		    vgpu_assignment_find(&target, uuid, &scene->host, &scene->store, NULL) == 0 &&
		    vgpu_assignment_is_gvt(&target))
			return uuid;
	}
	return NULL;
}

static int check(const struct scene *scene, struct base_error *err)
{
	const struct vgpu_rivals rivals = {
		.owner = find_owner(scene),
		.holder = find_holder(scene),
		.second = find_second(scene),
		.is_running = vgpu_domain_is_running(scene->domain),
	};

	return vgpu_assignment_check(&scene->target, scene->uuid, scene->name, &rivals, err);
}

static int gather(struct scene *scene, const struct vgpu_attach *attach, struct base_error *err)
{
	if (gather_host(scene, attach->config_dir, err) < 0)
		return -1;
	/* What a word means is known without libvirt: a wrong one is told at once. */
	if (attach->word != NULL && pick(scene, attach->word, err) < 0)
		return -1;
	if (gather_domain(scene, attach, err) < 0 || gather_usage(scene, err) < 0)
		return -1;
	if (attach->word == NULL && pick(scene, NULL, err) < 0)
		return -1;
	return vgpu_assignment_find(&scene->target, scene->uuid, &scene->host, &scene->store, err);
}

static int fit(struct vgpu_attach *attach, const struct scene *scene,
	       struct vgpu_capability_notes *notes, struct base_error *err)
{
	struct vgpu_capability capability = { 0 };

	attach->wishes.uuid = scene->uuid;
	vgpu_attach_fit(attach, &scene->target);
	vgpu_domain_read_capability(scene->domain, scene->xml, &capability);
	return vgpu_capability_fit(&capability, attach->display != NULL, &attach->wishes, notes,
				   err);
}

static int advise(const struct vgpu_attach *attach, const struct scene *scene,
		  const struct vgpu_capability_notes *notes, struct xmlpatch_result *result,
		  struct base_error *err)
{
	for (size_t i = 0; i < notes->count; i++) {
		if (xmlpatch_result_advise(result, err, "%s", notes->items[i]) < 0)
			return -1;
	}
	return vgpu_attach_advise(attach, &scene->target, result, err);
}

static int attach_to_domain(struct vgpu_attach *attach, struct base_error *err)
{
	BASE_AUTO(scene) struct scene scene = { .store = { .fd = -1 } };
	BASE_AUTO(vgpu_capability_notes) struct vgpu_capability_notes notes = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };
	struct vgpu_change change = { .result = &result,
				      .is_dry = attach->is_dry,
				      .is_agreed = attach->is_agreed };

	if (gather(&scene, attach, err) < 0 || check(&scene, err) < 0 ||
	    fit(attach, &scene, &notes, err) < 0)
		return -1;
	if (xmlpatch_attach(scene.xml, strlen(scene.xml), &attach->wishes, &result, err) < 0)
		return base_error_wrap(err, "domain %s", scene.name);
	change.domain = scene.domain;
	change.before = scene.xml;
	if (advise(attach, &scene, &notes, &result, err) < 0 || vgpu_apply(&change, err) < 0)
		return -1;
	if (result.n == 0 && !attach->is_dry)
		base_info("the domain %s has the vGPU %s already: nothing changed", scene.name,
			  scene.uuid);
	return 0;
}

int vgpu_cmd_attach(int argc, char **argv, struct base_error *err)
{
	struct vgpu_attach attach = { 0 };

	if (vgpu_attach_parse(&attach, argc, argv, err) < 0)
		return -1;
	if (attach.backups)
		return vgpu_backup_list_print(attach.uri, attach.domain, attach.json, err);
	return attach.xml != NULL ? attach_to_text(&attach, err) : attach_to_domain(&attach, err);
}
