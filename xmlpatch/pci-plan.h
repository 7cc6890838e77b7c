/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_PCI_PLAN_H
#define XMLPATCH_PCI_PLAN_H

#include "xmlpatch/pci-map.h"

/* A video device that goes to another slot, or gets its first address. */
struct xmlpatch_pci_move {
	const xmlNode *video; /* borrowed */
	bool had_address;
	struct xmlpatch_address from, to;
};

struct xmlpatch_pci_plan {
	bool has_address; /* false: the vGPU has none, and needs none of us */
	struct xmlpatch_address address;
	bool is_multifunction;		 /* other devices are at further functions of its slot */
	struct xmlpatch_pci_move *moves; /* owned; in the document's order */
	size_t n;
	/*
	 * For a new video device: with XMLPATCH_VIDEO_INSTALL in a domain without an
	 * emulated one, with XMLPATCH_VIDEO_LEAVE where libvirt would add one.
	 */
	bool has_video_address;
	struct xmlpatch_address video_address;
	/*
	 * For another device that is added: libvirt would add a root port for it where none
	 * is free, on i440fx a bridge at the last free slot, which no detach takes out.
	 */
	bool has_room, lacks_room;
	struct xmlpatch_address room;
};

/*
 * Decides where the vGPU goes, and which video devices go behind it. `vgpu` is its
 * hostdev where the domain has it already: then it keeps its address unless
 * another one is asked for. `asked` is NULL where none is. -1 with an error that
 * says who is there, and what is free. Release with xmlpatch_pci_plan_finish().
 */
int xmlpatch_pci_plan(const struct xmlpatch_pci_map *map, const xmlNode *vgpu,
		      enum xmlpatch_video wish, const struct xmlpatch_address *asked,
		      struct xmlpatch_pci_plan *plan, struct base_error *err);

/* Takes NULL and a zeroed plan. */
void xmlpatch_pci_plan_finish(struct xmlpatch_pci_plan *plan);

BASE_DEFINE_CLEANUP(xmlpatch_pci_plan, struct xmlpatch_pci_plan, xmlpatch_pci_plan_finish)

#endif
