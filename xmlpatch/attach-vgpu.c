/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach-vgpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/attach-override.h"
#include "xmlpatch/attach-slots.h"
#include "xmlpatch/mdev.h"
#include "xmlpatch/qemu.h"
#include "xmlpatch/video.h"

/* Whether <qemu:commandline> has a ramfb, which libvirt does not know of. */
static bool has_ramfb_argument(const struct xmlpatch_attach *attach)
{
	xmlNode *arg = NULL;

	for (;;) {
		BASE_AUTO(free)
		char *value = xmlpatch_qemu_next_argument(attach->guest.root, &arg);

		if (value == NULL)
			return false;
		if (strcmp(value, "ramfb") == 0 || strncmp(value, "ramfb,", 6) == 0 ||
		    strstr(value, "ramfb=on") != NULL || strstr(value, "\"ramfb\"") != NULL)
			return true;
	}
}

static bool has_ramfb_video(const struct xmlpatch_attach *attach)
{
	xmlNode *video = xmlpatch_document_child(attach->guest.devices, "video");

	while (video != NULL && !xmlpatch_video_is(video, "ramfb"))
		video = xmlpatch_document_next(video, "video");
	return attach->video == XMLPATCH_VIDEO_KEEP && video != NULL;
}

/* A guest can have only one ramfb: each registers etc/ramfb (QEMU's hw/display/ramfb.c). */
static bool needs_ramfb(const struct xmlpatch_attach *attach)
{
	xmlNode *hostdev = xmlpatch_document_child(attach->guest.devices, "hostdev");

	if (attach->wishes->no_ramfb || attach->wishes->display == XMLPATCH_DISPLAY_NONE)
		return false;
	for (; hostdev != NULL; hostdev = xmlpatch_document_next(hostdev, "hostdev")) {
		if (hostdev != attach->vgpu && xmlpatch_document_has(hostdev, "ramfb", "on"))
			return false;
	}
	return !has_ramfb_video(attach) && !has_ramfb_argument(attach);
}

/* QEMU can show only one vGPU, and i915 does not give a guest a second one. */
static int refuse_other_display(const struct xmlpatch_attach *attach, struct base_error *err)
{
	const xmlNode *mdev = xmlpatch_mdev_first(attach->guest.devices);

	if (attach->wishes->display == XMLPATCH_DISPLAY_NONE)
		return 0;
	for (; mdev != NULL; mdev = xmlpatch_mdev_next(mdev)) {
		BASE_AUTO(free) char *uuid = NULL;

		if (mdev == attach->vgpu || !xmlpatch_document_has(mdev, "display", "on"))
			continue;
		uuid = xmlpatch_mdev_uuid(mdev);
		return base_error_set(err, BASE_FAILED,
				      "the domain already shows another vGPU, %.64s: remove that "
				      "one first with 'vgpu detach'",
				      uuid == NULL ? "one without a UUID" : uuid);
	}
	return 0;
}

/* Moves the vGPU to where the plan wants it; it keeps its address unless another is asked for. */
static int keep_address(struct xmlpatch_attach *attach, const xmlNode *hostdev,
			struct base_error *err)
{
	const struct xmlpatch_address *to = &attach->plan.address;
	struct xmlpatch_address from = { 0 };
	enum xmlpatch_pci_state state;

	if (!attach->plan.has_address)
		return 0;
	if (xmlpatch_pci_address_read(hostdev, &state, &from, err) < 0)
		return -1;
	if (state == XMLPATCH_PCI_PRESENT && from.bus == to->bus && from.slot == to->slot &&
	    from.function == to->function)
		return 0;
	if (xmlpatch_attach_set_address(attach, hostdev, to, err) < 0)
		return -1;
	return xmlpatch_attach_note(attach, err, "moved the vGPU %s to %s", attach->uuid,
				    xmlpatch_pci_address_format(to).text);
}

static int set_switch(struct xmlpatch_attach *attach, const char *attribute, bool is_on,
		      const char *what, struct base_error *err)
{
	xmlpatch_edits_set(&attach->edits, attach->vgpu, attribute, is_on ? "on" : "off");
	return xmlpatch_attach_note(attach, err, "turned the %s of the vGPU %s %s", what,
				    attach->uuid, is_on ? "on" : "off");
}

static int keep_display(struct xmlpatch_attach *attach, struct base_error *err)
{
	bool is_wanted = attach->wishes->display != XMLPATCH_DISPLAY_NONE;
	BASE_AUTO(free) char *ramfb = xmlpatch_document_get(attach->vgpu, "ramfb");
	bool has_ramfb = ramfb != NULL && strcmp(ramfb, "on") == 0;

	if (xmlpatch_document_has(attach->vgpu, "display", "on") != is_wanted &&
	    set_switch(attach, "display", is_wanted, "display", err) < 0)
		return -1;
	/* Without the attribute ramfb is off, and a later attach may turn it on again. */
	if (has_ramfb && (!is_wanted || attach->wishes->no_ramfb)) {
		xmlpatch_edits_unset(&attach->edits, attach->vgpu, "ramfb");
		return xmlpatch_attach_note(attach, err,
					    "turned the boot display (ramfb) of the vGPU %s off",
					    attach->uuid);
	}
	/* Somebody who wrote ramfb='off' meant it. */
	if (ramfb != NULL || !needs_ramfb(attach))
		return 0;
	return set_switch(attach, "ramfb", true, "boot display (ramfb)", err);
}

static bool is_users_alias(const char *alias)
{
	return alias != NULL && strncmp(alias, "ua-", 3) == 0 &&
	       strlen(alias) < XMLPATCH_ALIAS_SIZE &&
	       alias[strspn(alias, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-_")] == '\0';
}

static bool is_alias_taken(const struct xmlpatch_attach *attach, const char *name)
{
	const xmlNode *devices = attach->guest.devices;
	const xmlNode *device = devices == NULL ? NULL : devices->children;

	for (; device != NULL; device = device->next) {
		if (device->type == XML_ELEMENT_NODE && device != attach->vgpu &&
		    xmlpatch_document_has(xmlpatch_document_child(device, "alias"), "name", name))
			return true;
	}
	return false;
}

static void choose_alias(struct xmlpatch_attach *attach)
{
	const unsigned int most = 1000;

	snprintf(attach->alias, sizeof(attach->alias), "ua-vgpu");
	for (unsigned int i = 2; i < most && is_alias_taken(attach, attach->alias); i++)
		snprintf(attach->alias, sizeof(attach->alias), "ua-vgpu-%u", i);
}

/*
 * <qemu:override> finds the vGPU by its alias. libvirt keeps only aliases that begin with
 * "ua-" (virDomainDeviceInfoParseXML()).
 */
static int keep_alias(struct xmlpatch_attach *attach, struct base_error *err)
{
	xmlNode *alias = xmlpatch_document_child(attach->vgpu, "alias");
	BASE_AUTO(free) char *name = xmlpatch_document_get(alias, "name");

	if (is_users_alias(name)) {
		snprintf(attach->alias, sizeof(attach->alias), "%s", name);
		return 0;
	}
	if (!xmlpatch_attach_needs_alias(attach))
		return 0;
	choose_alias(attach);
	if (alias != NULL) {
		xmlpatch_edits_set(&attach->edits, alias, "name", attach->alias);
	} else {
		BASE_AUTO(free) char *fragment = NULL;

		if (xmlpatch_attach_add(&fragment, err, "<alias name='%s'/>", attach->alias) < 0)
			return -1;
		xmlpatch_edits_append(&attach->edits, attach->vgpu, fragment);
	}
	return xmlpatch_attach_note(attach, err, "named the vGPU %s %s", attach->uuid,
				    attach->alias);
}

static int keep_vgpu(struct xmlpatch_attach *attach, struct base_error *err)
{
	if (!xmlpatch_document_has(attach->vgpu, "model", "vfio-pci"))
		return base_error_set(err, BASE_FAILED,
				      "the domain has the mdev %s, but its model is not vfio-pci: "
				      "remove that <hostdev> first",
				      attach->uuid);
	if (keep_address(attach, attach->vgpu, err) < 0 || keep_display(attach, err) < 0)
		return -1;
	return keep_alias(attach, err);
}

static int add_vgpu(struct xmlpatch_attach *attach, struct base_error *err)
{
	bool is_shown = attach->wishes->display != XMLPATCH_DISPLAY_NONE;
	const struct xmlpatch_pci_fragment address =
		xmlpatch_pci_address_fragment(&attach->plan.address, attach->plan.is_multifunction);

	choose_alias(attach);
	if (xmlpatch_attach_add(&attach->added, err,
				"<hostdev mode='subsystem' type='mdev' managed='no' "
				"model='vfio-pci' display='%s'%s>\n\t<source>\n"
				"\t\t<address uuid='%s'/>\n\t</source>\n\t<alias name='%s'/>\n"
				"\t%s\n</hostdev>",
				is_shown ? "on" : "off", needs_ramfb(attach) ? " ramfb='on'" : "",
				attach->uuid, attach->alias, address.text) < 0)
		return -1;
	return xmlpatch_attach_note(attach, err, "added the vGPU %s at %s", attach->uuid,
				    xmlpatch_pci_address_format(&attach->plan.address).text);
}

int xmlpatch_attach_put_vgpu(struct xmlpatch_attach *attach, struct base_error *err)
{
	if (refuse_other_display(attach, err) < 0)
		return -1;
	return attach->vgpu != NULL ? keep_vgpu(attach, err) : add_vgpu(attach, err);
}
