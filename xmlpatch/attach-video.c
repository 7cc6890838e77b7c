/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach-video.h"

#include <stdlib.h>
#include <string.h>

#include "xmlpatch/video.h"

/* These have all attributes that libvirt would add, so that it changes nothing. */
#define MODEL(type, primary) "<model type='" type "' vram='16384' heads='1'" primary "/>"
#define CIRRUS(primary)	     MODEL("cirrus", primary)
#define VGA		     MODEL("vga", " primary='yes'")

static int drop_video(struct xmlpatch_attach *attach, const xmlNode *video, bool is_first,
		      struct base_error *err)
{
	BASE_AUTO(free) char *type = xmlpatch_video_model(video);
	const char *model = type == NULL ? "of libvirt's choice" : type;

	if (!is_first) {
		xmlpatch_edits_remove(&attach->edits, video);
		return xmlpatch_attach_note(attach, err, "removed another video device, %.40s",
					    model);
	}
	if (type != NULL && strcmp(type, "none") == 0)
		return 0;
	xmlpatch_edits_replace(&attach->edits, video, "<video>\n\t<model type='none'/>\n</video>");
	return xmlpatch_attach_note(attach, err, "replaced the video device %.40s with none",
				    model);
}

/* libvirt puts a device with primary='yes' before all others (virDomainDefParseXML()). */
static const xmlNode *find_primary(const struct xmlpatch_attach *attach)
{
	const xmlNode *first = xmlpatch_document_child(attach->guest.devices, "video");
	const xmlNode *video = first;

	while (video != NULL &&
	       !xmlpatch_document_has(xmlpatch_document_child(video, "model"), "primary", "yes"))
		video = xmlpatch_document_next(video, "video");
	return video == NULL ? first : video;
}

bool xmlpatch_attach_drops(const struct xmlpatch_attach *attach, const xmlNode *video)
{
	/* It would become a Cirrus, which libvirt accepts only as the primary device. */
	return attach->video == XMLPATCH_VIDEO_KEEP && xmlpatch_video_is(video, "qxl") &&
	       video != find_primary(attach);
}

/* QXL cannot be combined with a display with GL; Windows has a driver for Cirrus. */
static int replace_qxl(struct xmlpatch_attach *attach, const xmlNode *video, struct base_error *err)
{
	const xmlNode *model = xmlpatch_document_child(video, "model");

	if (!xmlpatch_video_is(video, "qxl"))
		return 0;
	if (xmlpatch_attach_drops(attach, video))
		return drop_video(attach, video, false, err);
	xmlpatch_edits_replace(&attach->edits, model,
			       xmlpatch_document_has(model, "primary", "yes")
				       ? CIRRUS(" primary='yes'")
				       : CIRRUS(""));
	return xmlpatch_attach_note(
		attach, err,
		"replaced the video device qxl, which works with SPICE only, with cirrus");
}

/* Adds a video device at the address that the plan has, or puts it in place of `instead`. */
static int add_video(struct xmlpatch_attach *attach, const char *model, const xmlNode *instead,
		     struct base_error *err)
{
	const struct xmlpatch_pci_plan *plan = &attach->plan;
	struct xmlpatch_pci_fragment address = { "" };
	BASE_AUTO(free) char *video = NULL;

	if (plan->has_video_address)
		address = xmlpatch_pci_address_fragment(&plan->video_address, false);
	if (xmlpatch_attach_add(&video, err, "<video>\n\t%s%s%s\n</video>", model,
				plan->has_video_address ? "\n\t" : "", address.text) < 0)
		return -1;
	if (instead == NULL)
		return xmlpatch_attach_add(&attach->added, err, "%s", video);
	xmlpatch_edits_replace(&attach->edits, instead, video);
	return 0;
}

/* A guest without a driver for the vGPU needs another picture. */
static int add_cirrus(struct xmlpatch_attach *attach, const xmlNode *instead,
		      struct base_error *err)
{
	if (add_video(attach, CIRRUS(" primary='yes'"), instead, err) < 0)
		return -1;
	return xmlpatch_attach_note(attach, err,
				    "added the video device cirrus, which shows the guest until it "
				    "has a driver for the vGPU");
}

/* Adds the device that libvirt would add to a domain with a display, but behind the vGPU. */
static int add_implicit_video(struct xmlpatch_attach *attach, struct base_error *err)
{
	if (!attach->plan.has_video_address)
		return 0;
	if (add_video(attach, VGA, NULL, err) < 0)
		return -1;
	return xmlpatch_attach_note(attach, err,
				    "added the video device vga behind the vGPU, so that libvirt "
				    "does not add one before it");
}

/* Without this libvirt adds a device of its own choice to a domain that has a display. */
static int add_video_none(struct xmlpatch_attach *attach, struct base_error *err)
{
	if (xmlpatch_attach_add(&attach->added, err, "<video>\n\t<model type='none'/>\n</video>") <
	    0)
		return -1;
	return xmlpatch_attach_note(
		attach, err,
		"added the video device none, so that libvirt does not add an emulated one");
}

static int drop_all(struct xmlpatch_attach *attach, xmlNode *first, struct base_error *err)
{
	for (xmlNode *video = first; video != NULL;
	     video = xmlpatch_document_next(video, "video")) {
		if (drop_video(attach, video, video == first, err) < 0)
			return -1;
	}
	return first == NULL ? add_video_none(attach, err) : 0;
}

static int keep_all(struct xmlpatch_attach *attach, xmlNode *first, struct base_error *err)
{
	for (xmlNode *video = first; video != NULL;
	     video = xmlpatch_document_next(video, "video")) {
		if (replace_qxl(attach, video, err) < 0)
			return -1;
	}
	return first == NULL ? add_video_none(attach, err) : 0;
}

/* Of several emulated devices one is enough to see an installation. */
static int keep_one(struct xmlpatch_attach *attach, xmlNode *first, struct base_error *err)
{
	const xmlNode *kept = first;

	while (kept != NULL && !xmlpatch_video_is_emulated(kept))
		kept = xmlpatch_document_next(kept, "video");
	for (xmlNode *video = first; video != NULL;
	     video = xmlpatch_document_next(video, "video")) {
		bool is_replaced = kept == NULL && video == first;

		if (video != kept && !is_replaced && drop_video(attach, video, false, err) < 0)
			return -1;
	}
	return kept == NULL ? add_cirrus(attach, first, err) : replace_qxl(attach, kept, err);
}

int xmlpatch_attach_put_video(struct xmlpatch_attach *attach, struct base_error *err)
{
	xmlNode *first = xmlpatch_document_child(attach->guest.devices, "video");

	switch (attach->video) {
	case XMLPATCH_VIDEO_KEEP:
		return keep_all(attach, first, err);
	case XMLPATCH_VIDEO_INSTALL:
		return keep_one(attach, first, err);
	case XMLPATCH_VIDEO_LEAVE:
		return add_implicit_video(attach, err);
	case XMLPATCH_VIDEO_DROP:
		break;
	}
	return drop_all(attach, first, err);
}
