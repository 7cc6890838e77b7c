/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach-companions.h"

#define AGENT "com.redhat.spice.0"

static bool has_no_usb(const struct xmlpatch_attach *attach)
{
	const xmlNode *controller =
		xmlpatch_document_find(attach->guest.devices, "controller", "type", "usb");

	while (controller != NULL && !xmlpatch_document_has(controller, "model", "none"))
		controller = xmlpatch_document_find_next(controller, "controller", "type", "usb");
	return controller != NULL;
}

/*
 * A tablet tells the guest where the pointer is. A mouse only tells how far it moved, and
 * the guest's pointer drifts away from the user's.
 */
static int put_tablet(struct xmlpatch_attach *attach, struct base_error *err)
{
	if (xmlpatch_document_find(attach->guest.devices, "input", "type", "tablet") != NULL)
		return 0;
	if (has_no_usb(attach))
		return xmlpatch_attach_advise(attach, err,
					      "the domain has no USB controller for a tablet: the "
					      "viewer has to capture the pointer");
	if (xmlpatch_attach_add(&attach->added, err, "<input type='tablet' bus='usb'/>") < 0)
		return -1;
	return xmlpatch_attach_note(
		attach, err, "added a USB tablet, so that the guest's pointer follows yours");
}

/* Whether that is a channel for the guest's agent that stays: SPICE's are removed with it. */
static bool is_agent(const struct xmlpatch_attach *attach, const xmlNode *channel)
{
	const xmlNode *target = xmlpatch_document_child(channel, "target");
	bool stays = attach->keeps_spice || !xmlpatch_document_has(channel, "type", "spicevmc");

	return stays && xmlpatch_document_has(target, "name", AGENT);
}

/*
 * libvirt would add a controller for the channel, which a detach would not know of and leave
 * (virDomainDefMaybeAddVirtioSerialController() in libvirt).
 */
static int put_serial(struct xmlpatch_attach *attach, struct base_error *err)
{
	const struct xmlpatch_pci_plan *plan = &attach->plan;

	if (xmlpatch_document_find(attach->guest.devices, "controller", "type", "virtio-serial") !=
	    NULL)
		return 0;
	if (plan->lacks_room &&
	    xmlpatch_attach_advise(
		    attach, err,
		    "no PCI slot is left for the controller of the guest's agent: libvirt adds a "
		    "port or a bridge if it can, which 'vgpu detach' does not remove") < 0)
		return -1;
	if (!plan->has_room)
		return xmlpatch_attach_add(&attach->added, err,
					   "<controller type='virtio-serial' index='0'/>");
	return xmlpatch_attach_add(&attach->added, err,
				   "<controller type='virtio-serial' index='0'>\n\t%s\n"
				   "</controller>",
				   xmlpatch_pci_address_fragment(&plan->room, false).text);
}

/* If SPICE may not copy and paste, that is meant for the guest, whatever its display is. */
static const char *copypaste(const struct xmlpatch_attach *attach)
{
	const xmlNode *spice =
		xmlpatch_document_find(attach->guest.devices, "graphics", "type", "spice");

	return xmlpatch_document_has(xmlpatch_document_child(spice, "clipboard"), "copypaste", "no")
		       ? "no"
		       : "yes";
}

/* The channel for the guest's agent, which the clipboard needs; QEMU has one without SPICE. */
static int add_agent(struct xmlpatch_attach *attach, bool is_spice, struct base_error *err)
{
	if (is_spice)
		return xmlpatch_attach_add(&attach->added, err,
					   "<channel type='spicevmc'>\n"
					   "\t<target type='virtio' name='" AGENT "'/>\n"
					   "</channel>");
	return xmlpatch_attach_add(&attach->added, err,
				   "<channel type='qemu-vdagent'>\n"
				   "\t<source>\n\t\t<clipboard copypaste='%s'/>\n\t</source>\n"
				   "\t<target type='virtio' name='" AGENT "'/>\n</channel>",
				   copypaste(attach));
}

static int put_agent(struct xmlpatch_attach *attach, struct base_error *err)
{
	bool is_spice = attach->wishes->display == XMLPATCH_DISPLAY_SPICE;
	xmlNode *channel = xmlpatch_document_child(attach->guest.devices, "channel");

	while (channel != NULL && !is_agent(attach, channel))
		channel = xmlpatch_document_next(channel, "channel");
	if (channel != NULL || (!is_spice && !attach->wishes->has_vdagent))
		return 0;
	if (put_serial(attach, err) < 0 || add_agent(attach, is_spice, err) < 0)
		return -1;
	return xmlpatch_attach_note(attach, err,
				    "added a channel for the guest's agent (clipboard)");
}

int xmlpatch_attach_put_companions(struct xmlpatch_attach *attach, struct base_error *err)
{
	if (attach->wishes->display == XMLPATCH_DISPLAY_NONE)
		return 0;
	return put_tablet(attach, err) < 0 ? -1 : put_agent(attach, err);
}
