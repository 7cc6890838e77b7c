/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "xmlpatch/attach-advice.h"
#include "xmlpatch/attach-arguments.h"
#include "xmlpatch/attach-companions.h"
#include "xmlpatch/attach-duplicates.h"
#include "xmlpatch/attach-graphics.h"
#include "xmlpatch/attach-override.h"
#include "xmlpatch/attach-slots.h"
#include "xmlpatch/attach-vgpu.h"
#include "xmlpatch/attach-video.h"
#include "xmlpatch/mdev.h"
#include "xmlpatch/qemu.h"
#include "xmlpatch/text.h"
#include "xmlpatch/undo-remember.h"

static int read_wishes(struct xmlpatch_attach *attach, struct base_error *err)
{
	const char *node = attach->wishes->rendernode;

	if (!base_name_parse_uuid(attach->wishes->uuid, attach->uuid))
		return base_error_set(err, BASE_MISUSED,
				      "%s is not a UUID: it has 36 characters, as in "
				      "c0ffee00-0000-4000-8000-000000000001",
				      attach->wishes->uuid);
	if (node == NULL)
		return 0;
	if (*node != '/')
		return base_error_set(err, BASE_MISUSED,
				      "render node %s is not an absolute path like "
				      "/dev/dri/renderD128",
				      node);
	for (const char *p = node; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			return base_error_set(err, BASE_MISUSED,
					      "render node %s has a character that is not "
					      "printable ASCII",
					      node);
	}
	attach->rendernode = xmlpatch_edit_escape(node);
	if (attach->rendernode == NULL)
		return xmlpatch_text_no_memory(err);
	return 0;
}

static int append_devices(struct xmlpatch_attach *attach, struct base_error *err)
{
	if (attach->added == NULL)
		return 0;
	if (attach->guest.devices != NULL) {
		xmlpatch_edits_append(&attach->edits, attach->guest.devices, attach->added);
		return 0;
	}
	if (xmlpatch_attach_wrap(&attach->added, err, "", "devices", "") < 0 ||
	    xmlpatch_attach_add(&attach->added_to_root, err, "%s", attach->added) < 0)
		return -1;
	return xmlpatch_attach_note(attach, err, "added <devices>, which was missing");
}

static int append_arguments(struct xmlpatch_attach *attach, struct base_error *err)
{
	const xmlNode *commandline = xmlpatch_qemu_child(attach->guest.root, "commandline", NULL);
	struct xmlpatch_qemu_prefix prefix;

	if (attach->arguments == NULL)
		return 0;
	if (commandline != NULL) {
		xmlpatch_edits_append(&attach->edits, commandline, attach->arguments);
		return 0;
	}
	if (xmlpatch_qemu_find_prefix(&prefix, &attach->document, NULL, err) < 0 ||
	    xmlpatch_attach_wrap(&attach->arguments, err, prefix.text, "commandline",
				 prefix.declaration) < 0)
		return -1;
	return xmlpatch_attach_add(&attach->added_to_root, err, "%s", attach->arguments);
}

/* Appends everything new to its parent, in one piece each. */
static int append_added(struct xmlpatch_attach *attach, struct base_error *err)
{
	if (append_devices(attach, err) < 0 || append_arguments(attach, err) < 0)
		return -1;
	if (attach->added_to_root != NULL)
		xmlpatch_edits_append(&attach->edits, attach->guest.root, attach->added_to_root);
	return 0;
}

static int apply_edits(struct xmlpatch_attach *attach, struct base_error *err)
{
	struct xmlpatch_result *result = &attach->result;
	BASE_AUTO(free) char *changed = NULL;
	size_t length = 0;

	changed = xmlpatch_edits_apply(&attach->edits, &length, err);
	if (changed == NULL)
		return -1;
	if (attach->edits.n == 0) {
		/* The same advice was given when the vGPU was attached. */
		xmlpatch_result_drop_advice(result);
		result->length = length;
		result->xml = BASE_STEAL_PTR(changed);
		return 0;
	}
	result->xml = xmlpatch_undo_remember(&attach->edits, changed, length, attach->uuid,
					     &result->length, err);
	return result->xml == NULL ? -1 : 0;
}

static int find_vgpu(struct xmlpatch_attach *attach, struct base_error *err)
{
	attach->vgpu = xmlpatch_mdev_find(attach->guest.devices, attach->uuid, NULL);
	if (attach->vgpu != NULL &&
	    xmlpatch_mdev_find(attach->guest.devices, attach->uuid, attach->vgpu) != NULL)
		return base_error_set(err, BASE_FAILED,
				      "the domain has the vGPU %s twice: remove one <hostdev>",
				      attach->uuid);
	return 0;
}

static int patch_domain(struct xmlpatch_attach *attach, struct base_error *err)
{
	static int (*const steps[])(struct xmlpatch_attach * attach, struct base_error * err) = {
		find_vgpu,
		xmlpatch_attach_refuse_duplicates,
		xmlpatch_attach_plan,
		xmlpatch_attach_put_arguments,
		xmlpatch_attach_put_graphics,
		xmlpatch_attach_put_video,
		xmlpatch_attach_put_slots,
		xmlpatch_attach_put_vgpu,
		xmlpatch_attach_put_override,
		xmlpatch_attach_put_companions,
		xmlpatch_attach_advise_guest,
		append_added,
		apply_edits,
	};

	xmlpatch_edits_init(&attach->edits, &attach->document);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if (steps[i](attach, err) < 0)
			return -1;
	}
	return 0;
}

int xmlpatch_attach(const char *xml, size_t length, const struct xmlpatch_wishes *wishes,
		    struct xmlpatch_result *result, struct base_error *err)
{
	BASE_AUTO(xmlpatch_attach)
	struct xmlpatch_attach attach = { .wishes = wishes, .video = wishes->video };

	/* If the vGPU shows no picture, the guest needs the video device that it has. */
	if (wishes->display == XMLPATCH_DISPLAY_NONE && wishes->video != XMLPATCH_VIDEO_INSTALL)
		attach.video = XMLPATCH_VIDEO_LEAVE;
	if (read_wishes(&attach, err) < 0 ||
	    xmlpatch_document_parse(&attach.document, xml, length, err) < 0 ||
	    xmlpatch_guest_read(&attach.guest, &attach.document, err) < 0 ||
	    patch_domain(&attach, err) < 0)
		return -1;
	*result = attach.result;
	attach.result = (struct xmlpatch_result){ 0 };
	return 0;
}
