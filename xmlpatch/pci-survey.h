/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_PCI_SURVEY_H
#define XMLPATCH_PCI_SURVEY_H

#include "xmlpatch/pci-map.h"

/*
 * What is where on a guest's PCI, and what can move, before it is decided where the vGPU
 * goes. The goal is the vGPU at 00:02.0, where guests expect an integrated GPU, and before
 * every emulated video device that stays, because a guest that finds one of those first
 * crashes. The slots form a row, bus by bus:
 *
 *	... 00:01  00:02  00:03  00:04 ... 01:00 ...
 *	    chips  video  net    -         -
 *	           vGPU          video
 *
 * A place fits if every video device at it or before it finds a free one behind it. The
 * video devices up to each slot and the free slots behind it are counted once, so that the
 * choice is linear in the slots.
 */

/* What is left of a slot without the video devices that are removed and without the vGPU. */
struct xmlpatch_pci_place {
	bool is_free;	  /* nobody is there, or only video devices that can move */
	bool is_libvirts; /* as far as libvirt knows it is free, so that it may use it */
	/* The video device at function 0 is removed, and devices at other functions stay. */
	bool is_headless;
	bool is_pinned;	    /* a video device at function 0 cannot leave the others there */
	unsigned int video; /* devices that stay and can move */
	/* Counted along the row: */
	size_t video_up_to;
	size_t room_behind;
	bool pinned_up_to;
};

struct xmlpatch_pci_survey {
	const struct xmlpatch_pci_map *map;
	const xmlNode *vgpu; /* NULL: not in the domain yet */
	enum xmlpatch_video wish;
	struct xmlpatch_pci_place *places; /* owned */
	size_t n;
	size_t unplaced; /* video devices that stay and have no address */
	bool adds_video;
};

size_t xmlpatch_pci_place_index(const struct xmlpatch_address *address);
struct xmlpatch_address xmlpatch_pci_place_address(size_t place);

/* Whether the holder of a function is removed, or can move. */
bool xmlpatch_pci_survey_gives_way(const struct xmlpatch_pci_survey *survey, const xmlNode *holder);

/* Whether every video device at that place or before it finds another behind it. */
bool xmlpatch_pci_survey_fits(const struct xmlpatch_pci_survey *survey, size_t place);

/* Lists the video devices that stay: the first one for NULL, and NULL after the last one. */
const xmlNode *xmlpatch_pci_survey_next_staying(const struct xmlpatch_pci_survey *survey,
						const xmlNode *after);

/*
 * Whether libvirt could put a video device without an address before that place:
 * on i440fx to the lowest slot that it finds free; on q35 the first one to 00:01.0,
 * others to a bus of bridges, which has a higher number.
 */
bool xmlpatch_pci_survey_may_precede(const struct xmlpatch_pci_survey *survey, size_t place);

/* How many video devices have to go behind a vGPU at that place. */
size_t xmlpatch_pci_survey_count_movers(const struct xmlpatch_pci_survey *survey, size_t place);

/*
 * Looks at all places. `map` and `vgpu` are borrowed; the latter is NULL where the domain
 * has none yet. 0, or -1 and an error; release with xmlpatch_pci_survey_finish().
 */
int xmlpatch_pci_survey_make(struct xmlpatch_pci_survey *survey, const struct xmlpatch_pci_map *map,
			     const xmlNode *vgpu, enum xmlpatch_video wish, struct base_error *err);

/* Takes NULL and a zeroed survey. */
void xmlpatch_pci_survey_finish(struct xmlpatch_pci_survey *survey);

BASE_DEFINE_CLEANUP(xmlpatch_pci_survey, struct xmlpatch_pci_survey, xmlpatch_pci_survey_finish)

#endif
