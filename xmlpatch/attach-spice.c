/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach-spice.h"

#include <stdlib.h>

#include "xmlpatch/text.h"

/* libvirt refuses devices that are connected to SPICE in a domain without a SPICE display. */
static int remove_device(struct xmlpatch_attach *attach, const xmlNode *device,
			 struct base_error *err)
{
	xmlNode *target = xmlpatch_document_child(device, "target");
	BASE_AUTO(free) char *name = xmlpatch_document_get(target, "name");

	xmlpatch_edits_remove(&attach->edits, device);
	return xmlpatch_attach_note(
		attach, err, "removed the %s%s%.40s, which works with SPICE only",
		(const char *)device->name, name == NULL ? "" : " ", name == NULL ? "" : name);
}

int xmlpatch_attach_clear_spice(struct xmlpatch_attach *attach, struct base_error *err)
{
	static const char *const names[] = { "channel",	 "redirdev", "smartcard", "serial",
					     "parallel", "console",  NULL };
	static const char *const backends[] = { "spicevmc", "spiceport", NULL };
	const xmlNode *devices = attach->guest.devices;
	const xmlNode *device = devices == NULL ? NULL : devices->children;

	for (; device != NULL; device = device->next) {
		BASE_AUTO(free) char *type = NULL;

		if (device->type != XML_ELEMENT_NODE || device->ns != NULL)
			continue;
		type = xmlpatch_document_get(device, "type");
		if (xmlpatch_text_is_one_of((const char *)device->name, names) &&
		    xmlpatch_text_is_one_of(type, backends) &&
		    remove_device(attach, device, err) < 0)
			return -1;
	}
	return 0;
}
