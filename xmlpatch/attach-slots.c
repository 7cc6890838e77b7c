/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach-slots.h"

#include <stdio.h>

#include "xmlpatch/attach-video.h"
#include "xmlpatch/device.h"
#include "xmlpatch/pci-read.h"
#include "xmlpatch/text.h"

int xmlpatch_attach_plan(struct xmlpatch_attach *attach, struct base_error *err)
{
	BASE_AUTO(xmlpatch_pci_map) struct xmlpatch_pci_map map = { 0 };

	if (xmlpatch_pci_read(&map, &attach->guest, err) < 0)
		return -1;
	return xmlpatch_pci_plan(&map, attach->vgpu, attach->video, attach->wishes->address,
				 &attach->plan, err);
}

static void set_number(struct xmlpatch_attach *attach, const xmlNode *node, const char *attribute,
		       unsigned int value, int digits)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%0*x", digits, value);
	xmlpatch_edits_set(&attach->edits, node, attribute, text);
}

/*
 * Whether the attribute has to be written although it may look right: an address that is not
 * on PCI can have anything in it.
 */
static bool is_unread(const xmlNode *node, const char *part, enum xmlpatch_pci_state state)
{
	return state != XMLPATCH_PCI_PRESENT && xmlHasProp(node, (const xmlChar *)part) != NULL;
}

int xmlpatch_attach_set_address(struct xmlpatch_attach *attach, const xmlNode *device,
				const struct xmlpatch_address *to, struct base_error *err)
{
	const xmlNode *node = xmlpatch_document_child(device, "address");
	struct xmlpatch_address from = { 0 };
	enum xmlpatch_pci_state state;

	if (xmlpatch_pci_address_read(device, &state, &from, err) < 0)
		return -1;
	if (node == NULL) {
		xmlpatch_edits_append(&attach->edits, device,
				      xmlpatch_pci_address_fragment(to, false).text);
		return 0;
	}
	if (state != XMLPATCH_PCI_PRESENT && !xmlpatch_document_has(node, "type", "pci"))
		xmlpatch_edits_set(&attach->edits, node, "type", "pci");
	if (to->bus != from.bus || is_unread(node, "bus", state))
		set_number(attach, node, "bus", to->bus, 2);
	if (to->slot != from.slot || is_unread(node, "slot", state))
		set_number(attach, node, "slot", to->slot, 2);
	if (to->function != from.function || is_unread(node, "function", state))
		set_number(attach, node, "function", to->function, 1);
	if (is_unread(node, "domain", state))
		set_number(attach, node, "domain", 0, 4);
	return 0;
}

static int move_video(struct xmlpatch_attach *attach, const struct xmlpatch_pci_move *wanted,
		      struct base_error *err)
{
	const struct xmlpatch_words video = xmlpatch_device_describe(wanted->video);

	if (xmlpatch_attach_set_address(attach, wanted->video, &wanted->to, err) < 0)
		return -1;
	if (!wanted->had_address)
		return xmlpatch_result_note(
			&attach->result, err, "gave %s the PCI address %s, behind the vGPU",
			video.text, xmlpatch_pci_address_format(&wanted->to).text);
	return xmlpatch_result_note(&attach->result, err, "moved %s from %s to %s, behind the vGPU",
				    video.text, xmlpatch_pci_address_format(&wanted->from).text,
				    xmlpatch_pci_address_format(&wanted->to).text);
}

int xmlpatch_attach_put_slots(struct xmlpatch_attach *attach, struct base_error *err)
{
	for (size_t i = 0; i < attach->plan.n; i++) {
		if (!xmlpatch_attach_drops(attach, attach->plan.moves[i].video) &&
		    move_video(attach, &attach->plan.moves[i], err) < 0)
			return -1;
	}
	return 0;
}
