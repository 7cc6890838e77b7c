/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/undo-audio.h"

#include <stdlib.h>
#include <string.h>

#include "xmlpatch/device.h"
#include "xmlpatch/path.h"
#include "xmlpatch/text.h"

static const xmlNode *next_staying(const struct xmlpatch_undoing *undoing, const xmlNode *node)
{
	while (node != NULL && (node->type != XML_ELEMENT_NODE ||
				xmlpatch_undo_decision(undoing, node)->is_leaving))
		node = node->next;
	return node;
}

/* A device that stays and uses the audio backend; NULL if no device does. */
static const xmlNode *find_user(const struct xmlpatch_undoing *undoing, const xmlNode *audio)
{
	BASE_AUTO(free) char *id = xmlpatch_document_get(audio, "id");
	const xmlNode *device = next_staying(undoing, audio->parent->children);

	for (; id != NULL && device != NULL; device = next_staying(undoing, device->next)) {
		const xmlNode *use = xmlpatch_document_child(device, "audio");

		if (use != NULL && !xmlpatch_undo_decision(undoing, use)->is_leaving &&
		    xmlpatch_document_has(use, "id", id))
			return device;
	}
	return NULL;
}

static bool keeps_display(const struct xmlpatch_undoing *undoing, const xmlNode *devices,
			  const char *type)
{
	const xmlNode *device = next_staying(undoing, devices->children);

	while (device != NULL && (!xmlpatch_document_is(device, "graphics") ||
				  !xmlpatch_document_has(device, "type", type)))
		device = next_staying(undoing, device->next);
	return device != NULL;
}

/* A backend of the type dbus or spice cannot stay so without the display of that name. */
static bool mute_backend(struct xmlpatch_undoing *undoing, const xmlNode *audio)
{
	BASE_AUTO(free) char *type = xmlpatch_document_get(audio, "type");

	if (type == NULL || (strcmp(type, "dbus") != 0 && strcmp(type, "spice") != 0) ||
	    keeps_display(undoing, audio->parent, type))
		return false;
	xmlpatch_edits_set(&undoing->edits, audio, "type", "none");
	return true;
}

int xmlpatch_undo_keep_audio(struct xmlpatch_undoing *undoing, const xmlNode *node, bool is_changed)
{
	struct xmlpatch_words what;
	const xmlNode *user;
	const char *sound;
	int status;

	if (!xmlpatch_document_is(node, "audio") || !xmlpatch_document_is(node->parent, "devices"))
		return 0;
	user = find_user(undoing, node);
	if (user == NULL && !is_changed)
		return 0;
	what = xmlpatch_path_describe(node);
	xmlpatch_undo_decision(undoing, node)->is_leaving = false;
	sound = mute_backend(undoing, node) ? "; it has no output now: give it another type" : "";
	if (user == NULL)
		status = xmlpatch_result_advise(undoing->result, undoing->err,
						"kept the %s: it was changed since%s", what.text,
						sound);
	else
		status = xmlpatch_result_advise(undoing->result, undoing->err,
						"kept the %s: %s uses it%s", what.text,
						xmlpatch_device_describe(user).text, sound);
	return status < 0 ? -1 : 1;
}
