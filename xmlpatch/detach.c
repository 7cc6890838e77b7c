/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/edit.h"
#include "xmlpatch/guest.h"
#include "xmlpatch/mdev.h"
#include "xmlpatch/result.h"
#include "xmlpatch/text.h"
#include "xmlpatch/undo-metadata.h"
#include "xmlpatch/undo-step.h"
#include "xmlpatch/uuid.h"

BASE_DEFINE_CLEANUP(result, struct xmlpatch_result, xmlpatch_result_finish)

static bool is_in_domain(const struct xmlpatch_document *document, const char *uuid)
{
	const xmlNode *root = xmlDocGetRootElement(document->tree);

	return xmlpatch_mdev_find(xmlpatch_document_child(root, "devices"), uuid, NULL) != NULL;
}

static bool has_step_of(const xmlNode *attached, const char *uuid)
{
	const xmlNode *step = attached->children;

	for (; step != NULL; step = step->next) {
		BASE_AUTO(free) char *of = NULL;

		if (!xmlpatch_undo_is_record(step, "step"))
			continue;
		of = xmlpatch_document_get(step, "uuid");
		if (of != NULL && xmlpatch_uuid_is(of, uuid))
			return true;
	}
	return false;
}

/*
 * Whether the last step is to be taken back: 1 if it belongs to that vGPU, or to one that is
 * no longer in the domain; 0 if not; -1 with an error if a step of that vGPU is below it.
 */
static int is_wanted(const struct xmlpatch_document *document, const xmlNode *attached,
		     const char *uuid, struct base_error *err)
{
	const xmlNode *step = attached == NULL ? NULL : xmlpatch_undo_last_step(attached);
	BASE_AUTO(free) char *of = step == NULL ? NULL : xmlpatch_document_get(step, "uuid");

	if (attached == NULL || uuid == NULL || of == NULL || xmlpatch_uuid_is(of, uuid) ||
	    !is_in_domain(document, of))
		return attached != NULL;
	if (!has_step_of(attached, uuid))
		return 0;
	return base_error_set(err, BASE_FAILED,
			      "the vGPU %.64s was attached after it: detach that one first", of);
}

/* Of a vGPU that somebody else added nothing but its device is known. */
static int remove_stranger(const struct xmlpatch_document *document, const char *uuid,
			   struct xmlpatch_result *result, struct base_error *err)
{
	BASE_AUTO(xmlpatch_edits) struct xmlpatch_edits edits = { 0 };
	struct xmlpatch_guest guest;
	xmlNode *hostdev = NULL;

	if (xmlpatch_guest_read(&guest, document, err) < 0)
		return -1;
	xmlpatch_edits_init(&edits, document);
	if (uuid != NULL)
		hostdev = xmlpatch_mdev_find(guest.devices, uuid, NULL);
	for (; hostdev != NULL; hostdev = xmlpatch_mdev_find(guest.devices, uuid, hostdev)) {
		xmlpatch_edits_remove(&edits, hostdev);
		if (xmlpatch_result_note(result, err, "removed the vGPU %s", uuid) < 0 ||
		    xmlpatch_result_advise(result, err,
					   "the vGPU %s was not added by 'vgpu attach': what else "
					   "was changed for it is not known, and stays as it is",
					   uuid) < 0)
			return -1;
	}
	result->xml = xmlpatch_edits_apply(&edits, &result->length, err);
	return result->xml == NULL ? -1 : 0;
}

/* Takes the steps back one by one, the last one first. */
static int take_back(const char *xml, size_t length, const char *uuid,
		     struct xmlpatch_result *result, struct base_error *err)
{
	BASE_AUTO(free) char *text = strndup(xml, length);

	for (size_t steps = 0;; steps++) {
		BASE_AUTO(xmlpatch_document) struct xmlpatch_document document = { 0 };
		BASE_AUTO(free) char *next = NULL;
		xmlNode *attached;
		int wanted;

		if (text == NULL)
			return xmlpatch_text_no_memory(err);
		if (xmlpatch_document_parse(&document, text, length, err) < 0)
			return -1;
		attached = xmlpatch_undo_find_attached(&document);
		wanted = is_wanted(&document, attached, uuid, err);
		if (wanted < 0)
			return -1;
		if (wanted == 0 && steps > 0)
			break;
		if (wanted == 0)
			return remove_stranger(&document, uuid, result, err);
		if (xmlpatch_undo_step(&document, attached, result, &next, &length, err) < 0)
			return -1;
		result->is_taken_back = true;
		free(text);
		text = BASE_STEAL_PTR(next);
	}
	result->xml = BASE_STEAL_PTR(text);
	result->length = length;
	return 0;
}

int xmlpatch_detach(const char *xml, size_t length, const char *uuid,
		    struct xmlpatch_result *result, struct base_error *err)
{
	BASE_AUTO(result) struct xmlpatch_result mine = { 0 };
	char canonical[BASE_UUID_SIZE];

	if (uuid != NULL && !xmlpatch_uuid_read(uuid, canonical))
		return base_error_set(err, BASE_MISUSED, "%s is not a UUID", uuid);
	if (take_back(xml, length, uuid == NULL ? NULL : canonical, &mine, err) < 0)
		return -1;
	*result = mine;
	mine = (struct xmlpatch_result){ 0 };
	return 0;
}
