/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define note(attach, err, ...) xmlpatch_result_note(&(attach)->result, err, __VA_ARGS__)

static bool needs_ramfb(const struct xmlpatch_attach *attach)
{
	xmlNode *hostdev = xmlpatch_document_child(attach->guest.devices, "hostdev");

	for (; hostdev != NULL; hostdev = xmlpatch_document_next(hostdev, "hostdev")) {
		if (xmlpatch_document_has(hostdev, "ramfb", "on"))
			return false;
	}
	return true;
}

/* QEMU shows one vGPU; i915 gives a guest no second one. */
static int refuse_other_display(const struct xmlpatch_attach *attach, const xmlNode *ours,
				struct base_error *err)
{
	xmlNode *hostdev = xmlpatch_document_child(attach->guest.devices, "hostdev");

	for (; hostdev != NULL; hostdev = xmlpatch_document_next(hostdev, "hostdev")) {
		xmlNode *source = xmlpatch_document_child(hostdev, "source");
		BASE_AUTO(free) char *uuid = NULL;

		if (hostdev == ours || !xmlpatch_document_has(hostdev, "type", "mdev") ||
		    !xmlpatch_document_has(hostdev, "display", "on"))
			continue;
		uuid = xmlpatch_document_get(xmlpatch_document_child(source, "address"), "uuid");
		return base_error_set(err, BASE_FAILED,
				      "the domain shows another vGPU already, %.64s: take that "
				      "<hostdev> out first",
				      uuid == NULL ? "one without a UUID" : uuid);
	}
	return 0;
}

static int keep_vgpu(struct xmlpatch_attach *attach, const xmlNode *hostdev, struct base_error *err)
{
	BASE_AUTO(free) char *ramfb = xmlpatch_document_get(hostdev, "ramfb");

	if (!xmlpatch_document_has(hostdev, "model", "vfio-pci"))
		return base_error_set(err, BASE_FAILED,
				      "the domain has the mdev %s, but not as vfio-pci: take that "
				      "<hostdev> out first",
				      attach->uuid);
	if (!xmlpatch_document_has(hostdev, "display", "on")) {
		xmlpatch_edits_set(&attach->edits, hostdev, "display", "on");
		if (note(attach, err, XMLPATCH_VGPU_CHANGED, "turned the display of the vGPU %s on",
			 attach->uuid) < 0)
			return -1;
	}
	/* Whoever wrote ramfb='off' meant it. */
	if (ramfb != NULL || !needs_ramfb(attach))
		return 0;
	xmlpatch_edits_set(&attach->edits, hostdev, "ramfb", "on");
	return note(attach, err, XMLPATCH_VGPU_CHANGED,
		    "turned the boot display (ramfb) of the vGPU %s on", attach->uuid);
}

static char *vgpu_fragment(const struct xmlpatch_attach *attach, unsigned int slot)
{
	BASE_AUTO(free) char *address = NULL;
	char *fragment = NULL;

	if (asprintf(&address,
		     "\n\t<address type='pci' domain='0x0000' bus='0x00' slot='0x%02x' "
		     "function='0x0'/>",
		     slot) < 0) {
		address = NULL;
		return NULL;
	}
	if (asprintf(&fragment,
		     "<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci' "
		     "display='on'%s>\n\t<source>\n\t\t<address uuid='%s'/>\n\t</source>%s\n"
		     "</hostdev>",
		     needs_ramfb(attach) ? " ramfb='on'" : "", attach->uuid,
		     slot == 0 ? "" : address) < 0)
		return NULL;
	return fragment;
}

static int add_vgpu(struct xmlpatch_attach *attach, struct base_error *err)
{
	unsigned int slot = xmlpatch_guest_choose_slot(&attach->guest);
	BASE_AUTO(free) char *fragment = vgpu_fragment(attach, slot);

	if (fragment == NULL)
		return base_error_errno(err, ENOMEM, "cannot change the XML");
	if (xmlpatch_attach_add(attach, err, fragment) < 0)
		return -1;
	if (slot == 0)
		return note(attach, err, XMLPATCH_VGPU_ADDED,
			    "added the vGPU %s at a PCI address that libvirt chooses, for 00:02.0 "
			    "is taken",
			    attach->uuid);
	return note(attach, err, XMLPATCH_VGPU_ADDED, "added the vGPU %s at 00:%02x.0",
		    attach->uuid, slot);
}

int xmlpatch_attach_put_vgpu(struct xmlpatch_attach *attach, struct base_error *err)
{
	xmlNode *hostdev = xmlpatch_guest_find_mdev(&attach->guest, attach->uuid, NULL);

	if (hostdev != NULL &&
	    xmlpatch_guest_find_mdev(&attach->guest, attach->uuid, hostdev) != NULL)
		return base_error_set(err, BASE_FAILED,
				      "the domain has the vGPU %s twice: take one <hostdev> out",
				      attach->uuid);
	if (refuse_other_display(attach, hostdev, err) < 0)
		return -1;
	return hostdev != NULL ? keep_vgpu(attach, hostdev, err) : add_vgpu(attach, err);
}
