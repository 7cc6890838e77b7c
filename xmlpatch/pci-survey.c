/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci-survey.h"

#include <errno.h>
#include <stdlib.h>

#include "xmlpatch/video.h"

void xmlpatch_pci_survey_finish(struct xmlpatch_pci_survey *survey)
{
	if (survey == NULL)
		return;
	free(survey->places);
	*survey = (struct xmlpatch_pci_survey){ 0 };
}

static const xmlNode *next_emulated(const xmlNode *video)
{
	while (video != NULL && !xmlpatch_video_is_emulated(video))
		video = xmlpatch_document_next(video, "video");
	return video;
}

const xmlNode *xmlpatch_pci_survey_next_staying(const struct xmlpatch_pci_survey *survey,
						const xmlNode *after)
{
	if (survey->wish == XMLPATCH_VIDEO_DROP ||
	    (survey->wish == XMLPATCH_VIDEO_INSTALL && after != NULL))
		return NULL;
	if (after != NULL)
		return next_emulated(xmlpatch_document_next(after, "video"));
	return next_emulated(xmlpatch_document_child(survey->map->guest->devices, "video"));
}

size_t xmlpatch_pci_place_index(const struct xmlpatch_address *address)
{
	return (size_t)address->bus * XMLPATCH_PCI_SLOTS + address->slot;
}

struct xmlpatch_address xmlpatch_pci_place_address(size_t place)
{
	return (struct xmlpatch_address){
		.bus = (unsigned int)(place / XMLPATCH_PCI_SLOTS),
		.slot = place % XMLPATCH_PCI_SLOTS,
	};
}

bool xmlpatch_pci_survey_gives_way(const struct xmlpatch_pci_survey *survey, const xmlNode *holder)
{
	return holder != NULL &&
	       (holder == survey->vgpu ||
		(holder->parent == survey->map->guest->devices &&
		 xmlpatch_document_is(holder, "video") && xmlpatch_video_is_emulated(holder)));
}

static bool takes_device(const struct xmlpatch_pci_bus *bus, unsigned int slot)
{
	return bus->model != NULL && (bus->model->takes & XMLPATCH_PCI_ENDPOINT) != 0 &&
	       slot >= bus->model->first_slot && slot <= bus->model->last_slot;
}

static void survey_place(struct xmlpatch_pci_survey *survey, size_t i)
{
	const struct xmlpatch_pci_bus *bus = &survey->map->buses[i / XMLPATCH_PCI_SLOTS];
	const struct xmlpatch_pci_slot *slot = &bus->slots[i % XMLPATCH_PCI_SLOTS];
	struct xmlpatch_pci_place *place = &survey->places[i];

	place->is_free = takes_device(bus, i % XMLPATCH_PCI_SLOTS);
	place->is_libvirts = place->is_free;
	for (unsigned int function = 0; function < XMLPATCH_PCI_FUNCTIONS; function++) {
		const xmlNode *holder = slot->holders[function];

		if ((slot->taken & 1U << function) == 0 ||
		    xmlpatch_pci_survey_gives_way(survey, holder))
			continue;
		place->is_free = false;
		if (holder == NULL || holder->parent == survey->map->guest->devices)
			place->is_libvirts = false;
	}
}

static int survey_video(struct xmlpatch_pci_survey *survey, const xmlNode *video,
			struct base_error *err)
{
	enum xmlpatch_pci_state state;
	struct xmlpatch_address address;
	struct xmlpatch_pci_place *place;

	if (xmlpatch_pci_address_read(video, &state, &address, err) < 0)
		return -1;
	if (state == XMLPATCH_PCI_ABSENT)
		survey->unplaced++;
	if (state != XMLPATCH_PCI_PRESENT)
		return 0;
	place = &survey->places[xmlpatch_pci_place_index(&address)];
	if (!place->is_free && address.function == 0)
		place->is_pinned = true;
	else
		place->video++;
	return 0;
}

static void count_along_row(struct xmlpatch_pci_survey *survey)
{
	size_t video = 0;
	size_t room = 0;
	bool pinned = false;

	for (size_t i = 0; i < survey->n; i++) {
		video += survey->places[i].video;
		pinned = pinned || survey->places[i].is_pinned;
		survey->places[i].video_up_to = video;
		survey->places[i].pinned_up_to = pinned;
	}
	for (size_t i = survey->n; i-- > 0;) {
		survey->places[i].room_behind = room;
		room += survey->places[i].is_free && survey->places[i].video == 0;
	}
}

static bool is_headless(const struct xmlpatch_pci_survey *survey, size_t i)
{
	const struct xmlpatch_pci_bus *bus = &survey->map->buses[i / XMLPATCH_PCI_SLOTS];
	const struct xmlpatch_pci_slot *slot = &bus->slots[i % XMLPATCH_PCI_SLOTS];
	const xmlNode *first = slot->holders[0];

	return takes_device(bus, i % XMLPATCH_PCI_SLOTS) && !survey->places[i].is_free &&
	       !survey->places[i].is_pinned && first != survey->vgpu &&
	       xmlpatch_pci_survey_gives_way(survey, first);
}

/* Whether the attach or libvirt adds a video device (virDomainDefAddImplicitVideo()). */
static bool adds_video(const struct xmlpatch_pci_survey *survey)
{
	const xmlNode *devices = survey->map->guest->devices;

	if (survey->wish == XMLPATCH_VIDEO_LEAVE)
		return xmlpatch_document_child(devices, "video") == NULL &&
		       xmlpatch_document_child(devices, "graphics") != NULL;
	return survey->wish == XMLPATCH_VIDEO_INSTALL &&
	       xmlpatch_pci_survey_next_staying(survey, NULL) == NULL;
}

int xmlpatch_pci_survey_make(struct xmlpatch_pci_survey *survey, const struct xmlpatch_pci_map *map,
			     const xmlNode *vgpu, enum xmlpatch_video wish, struct base_error *err)
{
	const xmlNode *video;

	*survey = (struct xmlpatch_pci_survey){ .map = map, .vgpu = vgpu, .wish = wish };
	survey->n = survey->map->n * XMLPATCH_PCI_SLOTS;
	survey->places = calloc(survey->n, sizeof(*survey->places));
	if (survey->places == NULL)
		return base_error_errno(err, ENOMEM, "cannot choose a PCI address");
	survey->adds_video = adds_video(survey);
	for (size_t i = 0; i < survey->n; i++)
		survey_place(survey, i);
	for (video = xmlpatch_pci_survey_next_staying(survey, NULL); video != NULL;
	     video = xmlpatch_pci_survey_next_staying(survey, video)) {
		if (survey_video(survey, video, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < survey->n; i++)
		survey->places[i].is_headless = is_headless(survey, i);
	count_along_row(survey);
	return 0;
}

bool xmlpatch_pci_survey_may_precede(const struct xmlpatch_pci_survey *survey, size_t place)
{
	size_t end = survey->map->is_q35 ? 2 : XMLPATCH_PCI_SLOTS;

	if (place >= XMLPATCH_PCI_SLOTS)
		return true;
	for (size_t i = 1; i < end && i < place; i++) {
		if (survey->places[i].is_libvirts)
			return true;
	}
	return false;
}

size_t xmlpatch_pci_survey_count_movers(const struct xmlpatch_pci_survey *survey, size_t place)
{
	return survey->places[place].video_up_to + survey->adds_video +
	       (xmlpatch_pci_survey_may_precede(survey, place) ? survey->unplaced : 0);
}

bool xmlpatch_pci_survey_fits(const struct xmlpatch_pci_survey *survey, size_t place)
{
	const struct xmlpatch_pci_place *at = &survey->places[place];

	return !at->pinned_up_to &&
	       xmlpatch_pci_survey_count_movers(survey, place) <= at->room_behind;
}
