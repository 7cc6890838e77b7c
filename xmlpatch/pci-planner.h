/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_PCI_PLANNER_H
#define XMLPATCH_PCI_PLANNER_H

#include "xmlpatch/pci-plan.h"

/* Shared by the parts of xmlpatch_pci_plan(). */

/* What is left of a slot once video devices went that go, and the vGPU moved. */
struct xmlpatch_pci_place {
	bool is_free;	  /* all of it; also if a video device that stays could move */
	bool is_libvirts; /* libvirt knows of nothing that stays there */
	/* Others stay at its further functions when the video device at 0 goes. */
	bool is_headless;
	bool is_pinned;	    /* a video device cannot leave the others at its slot */
	unsigned int video; /* devices that stay and can move */
	/* Counted over the places: */
	size_t video_up_to;
	size_t room_behind;
	bool pinned_up_to;
};

struct xmlpatch_pci_planner {
	const struct xmlpatch_pci *map;
	const xmlNode *vgpu; /* NULL: not in the domain yet */
	enum xmlpatch_video wish;
	struct xmlpatch_pci_place *places; /* owned */
	size_t n;
	size_t unplaced; /* video devices that stay and have no address */
	bool adds_video;
};

size_t xmlpatch_pci_index(const struct xmlpatch_address *address);
struct xmlpatch_address xmlpatch_pci_address(size_t place);

/* Whether a function's holder is gone when all is done, or could be elsewhere. */
bool xmlpatch_pci_gives_way(const struct xmlpatch_pci_planner *planner, const xmlNode *holder);

/* Whether every video device at that place or before it finds another behind it. */
bool xmlpatch_pci_fits(const struct xmlpatch_pci_planner *planner, size_t place);

/* The video devices that stay, one after the other, the first for NULL. */
const xmlNode *xmlpatch_pci_next_staying(const struct xmlpatch_pci_planner *planner,
					 const xmlNode *after);

/* Whether the vGPU can be at that address; -1 with an error that says why not. */
int xmlpatch_pci_check_asked(const struct xmlpatch_pci_planner *planner,
			     const struct xmlpatch_address *asked, struct base_error *err);

/* -1 with an error: video cannot be behind that place, or nothing is free at all. */
int xmlpatch_pci_refuse_unfit(const struct xmlpatch_pci_planner *planner, size_t place,
			      struct base_error *err);
int xmlpatch_pci_refuse_all(const struct xmlpatch_pci_planner *planner, struct base_error *err);

#endif
