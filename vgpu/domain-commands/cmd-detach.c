/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "vgpu/base/log.h"
#include "vgpu/base/name.h"
#include "vgpu/base/options.h"
#include "vgpu/base/text.h"
#include "vgpu/domain-commands/commands.h"
#include "vgpu/domain/apply.h"
#include "vgpu/domain/domain.h"
#include "vgpu/domain/xmlfile.h"
#include "xmlpatch/result.h"
#include "xmlpatch/xmlpatch.h"

struct request {
	const char *xml; /* the file to patch; NULL: a domain */
	const char *uri;
	bool is_dry, is_agreed;
	const char *domain;
	const char *word;	    /* the vGPU, or the beginning of its UUID; NULL: ours */
	char uuid[BASE_UUID_SIZE];  /* "" for ours */
	char there[BASE_UUID_SIZE]; /* a vGPU that it has, whoever put it there; "": none */
};

static int parse_request(int argc, char **argv, struct request *request, struct base_error *err)
{
	const struct vgpu_option options[] = { { "xml", &request->xml, NULL },
					       { "connect", &request->uri, NULL },
					       { "dry-run", NULL, &request->is_dry },
					       { "yes", NULL, &request->is_agreed },
					       { NULL, NULL, NULL } };
	const char *operands[2] = { NULL, NULL };
	int count = vgpu_options_parse(argc, argv, options, operands, 2, err);

	if (count < 0)
		return -1;
	if (request->xml != NULL && request->uri != NULL)
		return vgpu_options_refuse(
			err, "detach",
			"--connect cannot be combined with --xml, which touches no domain");
	if (request->xml != NULL && count > 1)
		return vgpu_options_refuse(err, "detach",
					   "with --xml FILE, a vGPU's UUID is the only argument");
	if (request->xml == NULL && count == 0)
		return base_error_set(err, BASE_MISUSED,
				      "detach from which domain? 'virsh -c qemu:///system list "
				      "--all' shows them");
	request->domain = request->xml == NULL ? operands[0] : NULL;
	request->word = request->xml == NULL ? operands[1] : operands[0];
	return 0;
}

/* The beginning of a UUID is enough if only one vGPU of the definition has it. */
static int look_up_vgpu(struct request *request, const struct xmlpatch_mdevs *mdevs,
			struct base_error *err)
{
	size_t found = 0;

	if (request->word == NULL || base_name_parse_uuid(request->word, request->uuid))
		return 0;
	for (size_t i = 0; i < mdevs->n && *request->word != '\0'; i++) {
		if (strncasecmp(mdevs->uuids[i], request->word, strlen(request->word)) != 0)
			continue;
		memcpy(request->uuid, mdevs->uuids[i], BASE_UUID_SIZE);
		found++;
	}
	if (found == 1)
		return 0;
	if (found > 1)
		return base_error_set(err, BASE_FAILED,
				      "the UUIDs of several of its vGPUs begin with %s",
				      request->word);
	return base_error_set(err, BASE_MISUSED,
			      "'%s' is not a UUID or the beginning of that of one of its vGPUs",
			      request->word);
}

static int patch(struct request *request, const char *xml, size_t length,
		 struct xmlpatch_result *result, struct base_error *err)
{
	BASE_AUTO(xmlpatch_mdevs) struct xmlpatch_mdevs mdevs = { 0 };

	if (xmlpatch_read_mdevs(xml, length, &mdevs, err) < 0 ||
	    look_up_vgpu(request, &mdevs, err) < 0)
		return -1;
	if (mdevs.n > 0)
		memcpy(request->there, mdevs.uuids[0], BASE_UUID_SIZE);
	return xmlpatch_detach(xml, length, *request->uuid != '\0' ? request->uuid : NULL, result,
			       err);
}

static void say_nothing_to_do(const struct request *request, const char *where)
{
	if (*request->uuid != '\0')
		base_info("%s does not have the vGPU %s: nothing changed", where, request->uuid);
	else if (*request->there != '\0')
		base_info("%s has nothing from 'vgpu attach': nothing changed; to take out its "
			  "vGPU %s, name it",
			  where, request->there);
	else
		base_info("%s has nothing from 'vgpu attach': nothing changed", where);
}

static int detach_from_text(struct request *request, struct base_error *err)
{
	BASE_AUTO(vgpu_xmlfile) struct vgpu_xmlfile file = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };

	if (vgpu_xmlfile_init(&file, request->xml, err) < 0)
		return -1;
	if (patch(request, file.text, file.length, &result, err) < 0)
		return base_error_wrap(err, "%s", vgpu_xmlfile_name(&file));
	if (vgpu_xmlfile_print(&file, &result, request->is_dry, err) < 0)
		return -1;
	if (result.n == 0 && !request->is_dry)
		say_nothing_to_do(request, "the XML");
	return 0;
}

/* A definition that was saved earlier has what the metadata lack. */
static int point_at_backups(struct xmlpatch_result *result, const char *name,
			    struct base_error *err)
{
	if (result->n == 0 || !result->is_taken_back || result->n_advice == 0)
		return 0;
	return xmlpatch_result_advise(
		result, err,
		"the old definitions are saved completely: 'vgpu attach --backups %s' lists them",
		name);
}

static int detach_from_domain(struct request *request, struct base_error *err)
{
	BASE_AUTO(vgpu_domain)
	struct vgpu_domain *domain = vgpu_domain_create(request->uri, request->domain, err);
	BASE_AUTO(free) char *xml = domain != NULL ? vgpu_domain_get_xml(domain, err) : NULL;
	BASE_AUTO(free) char *where = NULL;
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };
	const struct vgpu_change change = { .domain = domain,
					    .before = xml,
					    .result = &result,
					    .is_dry = request->is_dry,
					    .is_agreed = request->is_agreed };

	if (xml == NULL)
		return -1;
	if (patch(request, xml, strlen(xml), &result, err) < 0)
		return base_error_wrap(err, "domain %s", vgpu_domain_name(domain));
	if (point_at_backups(&result, vgpu_domain_name(domain), err) < 0 ||
	    vgpu_apply(&change, err) < 0)
		return -1;
	where = base_text_format("the domain %s", vgpu_domain_name(domain));
	if (result.n == 0 && !request->is_dry && where != NULL)
		say_nothing_to_do(request, where);
	return 0;
}

int vgpu_cmd_detach(int argc, char **argv, struct base_error *err)
{
	struct request request = { 0 };

	if (parse_request(argc, argv, &request, err) < 0)
		return -1;
	return request.xml != NULL ? detach_from_text(&request, err)
				   : detach_from_domain(&request, err);
}
