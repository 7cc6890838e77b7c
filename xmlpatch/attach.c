/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void finish(struct xmlpatch_attach *attach)
{
	free(attach->rendernode);
	free(attach->added);
	xmlpatch_edits_finish(&attach->edits);
	xmlpatch_document_finish(&attach->document);
	xmlpatch_result_finish(&attach->result);
}

BASE_DEFINE_CLEANUP(attach, struct xmlpatch_attach, finish)

int xmlpatch_attach_add(struct xmlpatch_attach *attach, struct base_error *err,
			const char *fragment)
{
	char *grown = NULL;

	if (asprintf(&grown, "%s%s%s", attach->added == NULL ? "" : attach->added,
		     attach->added == NULL ? "" : "\n", fragment) < 0)
		return base_error_errno(err, ENOMEM, "cannot change the XML");
	free(attach->added);
	attach->added = grown;
	return 0;
}

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
		return base_error_errno(err, ENOMEM, "cannot change the XML");
	return 0;
}

static int drop_video(struct xmlpatch_attach *attach, const xmlNode *video, bool is_first,
		      struct base_error *err)
{
	BASE_AUTO(free)
	char *type = xmlpatch_document_get(xmlpatch_document_child(video, "model"), "type");
	const char *model = type == NULL ? "of libvirt's choice" : type;

	if (!is_first) {
		xmlpatch_edits_remove(&attach->edits, video);
		return xmlpatch_result_note(&attach->result, err, XMLPATCH_VIDEO_REMOVED,
					    "removed another video device, %.40s", model);
	}
	if (type != NULL && strcmp(type, "none") == 0)
		return 0;
	xmlpatch_edits_replace(&attach->edits, video, "<video>\n\t<model type='none'/>\n</video>");
	return xmlpatch_result_note(&attach->result, err, XMLPATCH_VIDEO_REPLACED,
				    "replaced the video device %.40s by none", model);
}

static int put_video(struct xmlpatch_attach *attach, struct base_error *err)
{
	xmlNode *first = xmlpatch_document_child(attach->guest.devices, "video");

	for (xmlNode *video = first; video != NULL;
	     video = xmlpatch_document_next(video, "video")) {
		if (drop_video(attach, video, video == first, err) < 0)
			return -1;
	}
	if (first != NULL)
		return 0;
	if (xmlpatch_attach_add(attach, err, "<video>\n\t<model type='none'/>\n</video>") < 0)
		return -1;
	return xmlpatch_result_note(
		&attach->result, err, XMLPATCH_VIDEO_ADDED,
		"added the video device none, or libvirt would add an emulated one");
}

/* The fragment one level deeper, inside of an element of that name. */
static char *wrap(const char *fragment, const char *name)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL)
		return NULL;
	fprintf(out, "<%s>\n\t", name);
	for (; *fragment != '\0'; fragment++) {
		fputc(*fragment, out);
		if (*fragment == '\n')
			fputc('\t', out);
	}
	fprintf(out, "\n</%s>", name);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static int append_added(struct xmlpatch_attach *attach, struct base_error *err)
{
	BASE_AUTO(free) char *devices = NULL;

	if (attach->added == NULL)
		return 0;
	if (attach->guest.devices != NULL) {
		xmlpatch_edits_append(&attach->edits, attach->guest.devices, attach->added);
		return 0;
	}
	devices = wrap(attach->added, "devices");
	if (devices == NULL)
		return base_error_errno(err, ENOMEM, "cannot change the XML");
	xmlpatch_edits_append(&attach->edits, attach->guest.root, devices);
	return xmlpatch_result_note(&attach->result, err, XMLPATCH_DEVICES_ADDED,
				    "added <devices>, which was missing");
}

static int patch(struct xmlpatch_attach *attach, struct base_error *err)
{
	xmlpatch_edits_init(&attach->edits, &attach->document);
	if (xmlpatch_attach_put_graphics(attach, err) < 0 || put_video(attach, err) < 0 ||
	    xmlpatch_attach_put_vgpu(attach, err) < 0 || append_added(attach, err) < 0)
		return -1;
	attach->result.xml = xmlpatch_edits_apply(&attach->edits, &attach->result.length, err);
	return attach->result.xml == NULL ? -1 : 0;
}

int xmlpatch_attach(const char *xml, size_t length, const struct xmlpatch_wishes *wishes,
		    struct xmlpatch_result *result, struct base_error *err)
{
	BASE_AUTO(attach) struct xmlpatch_attach attach = { .wishes = wishes };

	if (read_wishes(&attach, err) < 0 ||
	    xmlpatch_document_parse(&attach.document, xml, length, err) < 0 ||
	    xmlpatch_guest_read(&attach.guest, &attach.document, err) < 0 ||
	    patch(&attach, err) < 0)
		return -1;
	*result = attach.result;
	attach.result = (struct xmlpatch_result){ 0 };
	return 0;
}

int xmlpatch_has_vgpu(const char *xml, size_t length, const char *uuid, struct base_error *err)
{
	BASE_AUTO(xmlpatch_document) struct xmlpatch_document document = { 0 };
	struct xmlpatch_guest guest = { .document = &document };

	if (xmlpatch_document_parse(&document, xml, length, err) < 0)
		return -1;
	guest.root = xmlDocGetRootElement(document.tree);
	guest.devices = xmlpatch_document_child(guest.root, "devices");
	return xmlpatch_guest_find_mdev(&guest, uuid, NULL) != NULL;
}
