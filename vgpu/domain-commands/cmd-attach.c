/* SPDX-License-Identifier: GPL-2.0-or-later */
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
 * The XML may be for another host, so the result is the same whether this host
 * knows the vGPU or not.
 */
static int attach_to_text(struct vgpu_attach *attach, struct base_error *err)
{
	const struct vgpu_assignment assignment = { 0 };
	BASE_AUTO(vgpu_xmlfile) struct vgpu_xmlfile file = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };
	char uuid[BASE_UUID_SIZE] = "";

	if (!base_name_parse_uuid(attach->word, uuid))
		return base_error_set(err, BASE_MISUSED,
				      "'%s' is not a UUID; 'vgpu list' shows the UUIDs",
				      attach->word);
	attach->wishes.uuid = uuid;
	vgpu_attach_fit(attach, &assignment);
	if (vgpu_xmlfile_init(&file, attach->xml, err) < 0)
		return -1;
	if (xmlpatch_attach(file.text, file.length, &attach->wishes, &result, err) < 0)
		return base_error_wrap(err, "%s", vgpu_xmlfile_name(&file));
	if (vgpu_attach_advise(attach, &assignment, &result, err) < 0 ||
	    vgpu_xmlfile_print(&file, &result, attach->is_dry, err) < 0)
		return -1;
	if (result.n == 0 && !attach->is_dry)
		base_info("the XML has the vGPU %s already: nothing changed", uuid);
	return 0;
}

/* A domain, and everything on this host that decides whether it can have the vGPU. */
struct attachment {
	struct vgpu_domain *domain;
	char *name; /* one line */
	char *xml;
	struct xmlpatch_mdevs mdevs; /* that it has already */
	struct vgpu_world world;
	struct vgpu_assignment assignment;
	char uuid[BASE_UUID_SIZE]; /* of the vGPU */
};

static void finish_attachment(struct attachment *attachment)
{
	vgpu_assignment_finish(&attachment->assignment);
	vgpu_world_finish(&attachment->world);
	xmlpatch_mdevs_finish(&attachment->mdevs);
	free(attachment->xml);
	free(attachment->name);
	vgpu_domain_destroy(attachment->domain);
}

BASE_DEFINE_CLEANUP(attachment, struct attachment, finish_attachment)

static int gather_domain(struct attachment *attachment, const struct vgpu_attach *attach,
			 struct base_error *err)
{
	attachment->domain = vgpu_domain_create(attach->uri, attach->domain, err);
	attachment->xml =
		attachment->domain != NULL ? vgpu_domain_get_xml(attachment->domain, err) : NULL;
	if (attachment->xml == NULL)
		return -1;
	attachment->name = strdup(vgpu_domain_name(attachment->domain));
	if (attachment->name == NULL)
		return base_error_no_memory(err, "cannot look at the domain");
	base_line_make(attachment->name);
	if (xmlpatch_read_mdevs(attachment->xml, strlen(attachment->xml), &attachment->mdevs, err) <
	    0)
		return base_error_wrap(err, "domain %s", attachment->name);
	return 0;
}

static int gather_usage(struct attachment *attachment, struct base_error *err)
{
	BASE_AUTO(vgpu_claims) struct vgpu_claims claims = { 0 };

	if (vgpu_domain_list_claims(attachment->domain, &claims, err) < 0)
		return -1;
	return vgpu_usage_init_known(&attachment->world.usage, &attachment->world.host, &claims,
				     err);
}

/*
 * A vGPU that the domain has already is the one that is meant, so that a second
 * attach changes nothing.
 */
static int look_up_own(const struct attachment *attachment, char uuid[BASE_UUID_SIZE])
{
	for (size_t i = 0; i < attachment->mdevs.n; i++) {
		BASE_AUTO(vgpu_assignment) struct vgpu_assignment assignment = { 0 };

		if (vgpu_assignment_find(&assignment, attachment->mdevs.uuids[i],
					 &attachment->world, NULL) < 0 ||
		    assignment.api == NULL || strcmp(assignment.api, VGPU_TYPE_PCI_API) != 0)
			continue;
		memcpy(uuid, attachment->mdevs.uuids[i], BASE_UUID_SIZE);
		return 0;
	}
	return -1;
}

static int look_up_vgpu(struct attachment *attachment, const char *word, struct base_error *err)
{
	if (word != NULL)
		return vgpu_lookup(word, &attachment->world, attachment->uuid, err);
	if (look_up_own(attachment, attachment->uuid) == 0)
		return 0;
	return vgpu_lookup_free(&attachment->world, attachment->uuid, err);
}

static const char *find_claimant(const struct attachment *attachment)
{
	const struct vgpu_claim *claim;

	for (size_t i = 0; (claim = vgpu_claims_find(&attachment->world.usage.claims,
						     attachment->uuid, &i)) != NULL;
	     i++) {
		if (strcmp(claim->domain, attachment->name) != 0)
			return claim->domain;
	}
	return NULL;
}

static const struct vgpu_process *find_holder(const struct attachment *attachment)
{
	const struct vgpu_world *world = &attachment->world;
	const struct vgpu_device *device = vgpu_host_find_device(&world->host, attachment->uuid);

	return device != NULL ? vgpu_holders_find(&world->usage.holders, &world->host, device)
			      : NULL;
}

static const char *find_second_vgpu(const struct attachment *attachment)
{
	if (!vgpu_assignment_is_gvt(&attachment->assignment))
		return NULL;
	for (size_t i = 0; i < attachment->mdevs.n; i++) {
		const char *uuid = attachment->mdevs.uuids[i];
		BASE_AUTO(vgpu_assignment) struct vgpu_assignment assignment = { 0 };

		if (strcmp(uuid, attachment->uuid) != 0 &&
		    vgpu_assignment_find(&assignment, uuid, &attachment->world, NULL) == 0 &&
		    vgpu_assignment_is_gvt(&assignment))
			return uuid;
	}
	return NULL;
}

static int check_rivals(const struct attachment *attachment, struct base_error *err)
{
	const struct vgpu_rivals rivals = {
		.claimant = find_claimant(attachment),
		.holder = find_holder(attachment),
		.second = find_second_vgpu(attachment),
		.is_running = vgpu_domain_is_running(attachment->domain),
	};

	return vgpu_assignment_check(&attachment->assignment, attachment->uuid, attachment->name,
				     &rivals, err);
}

static int gather_attachment(struct attachment *attachment, const struct vgpu_attach *attach,
			     struct base_error *err)
{
	if (vgpu_world_init(&attachment->world, attach->config_dir, VGPU_WORLD_PARENTS, err) < 0)
		return -1;
	/* The word is looked up without libvirt, so that a wrong one is reported at once. */
	if (attach->word != NULL && look_up_vgpu(attachment, attach->word, err) < 0)
		return -1;
	if (gather_domain(attachment, attach, err) < 0 || gather_usage(attachment, err) < 0)
		return -1;
	if (attach->word == NULL && look_up_vgpu(attachment, NULL, err) < 0)
		return -1;
	return vgpu_assignment_find(&attachment->assignment, attachment->uuid, &attachment->world,
				    err);
}

static int fit_wishes(struct vgpu_attach *attach, const struct attachment *attachment,
		      struct vgpu_capability_notes *notes, struct base_error *err)
{
	struct vgpu_capability capability = { 0 };

	attach->wishes.uuid = attachment->uuid;
	vgpu_attach_fit(attach, &attachment->assignment);
	vgpu_domain_read_capability(attachment->domain, attachment->xml, &capability);
	return vgpu_capability_fit(&capability, attach->display != NULL, &attach->wishes, notes,
				   err);
}

static int add_advice(const struct vgpu_attach *attach, const struct attachment *attachment,
		      const struct vgpu_capability_notes *notes, struct xmlpatch_result *result,
		      struct base_error *err)
{
	for (size_t i = 0; i < notes->count; i++) {
		if (xmlpatch_result_advise(result, err, "%s", notes->items[i]) < 0)
			return -1;
	}
	return vgpu_attach_advise(attach, &attachment->assignment, result, err);
}

static int attach_to_domain(struct vgpu_attach *attach, struct base_error *err)
{
	BASE_AUTO(attachment) struct attachment attachment = { 0 };
	BASE_AUTO(vgpu_capability_notes) struct vgpu_capability_notes notes = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };
	struct vgpu_change change = { .result = &result,
				      .is_dry = attach->is_dry,
				      .is_agreed = attach->is_agreed };

	if (gather_attachment(&attachment, attach, err) < 0 || check_rivals(&attachment, err) < 0 ||
	    fit_wishes(attach, &attachment, &notes, err) < 0)
		return -1;
	if (xmlpatch_attach(attachment.xml, strlen(attachment.xml), &attach->wishes, &result, err) <
	    0)
		return base_error_wrap(err, "domain %s", attachment.name);
	change.domain = attachment.domain;
	change.before = attachment.xml;
	if (add_advice(attach, &attachment, &notes, &result, err) < 0 ||
	    vgpu_apply(&change, err) < 0)
		return -1;
	if (result.n == 0 && !attach->is_dry)
		base_info("the domain %s has the vGPU %s already: nothing changed", attachment.name,
			  attachment.uuid);
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
