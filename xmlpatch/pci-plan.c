/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci-planner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/video.h"

/*
 * Goal: the vGPU at 00:02.0 where guests expect an integrated GPU, and before
 * every emulated video device that stays, for a guest that finds one of those
 * first crashes. Slots stand in a row, bus by bus:
 *
 *	... 00:01  00:02  00:03  00:04 ... 01:00 ...
 *	    chips  video  net    -         -
 *	           vGPU          video
 *
 * A place fits if every video device at it or before it finds a free one behind
 * it. How many video devices stand up to each slot and how many slots are free
 * behind it is counted once, so that the choice is linear in the slots.
 */

static void finish(struct xmlpatch_pci_planner *planner)
{
	free(planner->places);
}

BASE_DEFINE_CLEANUP(planner, struct xmlpatch_pci_planner, finish)

void xmlpatch_pci_plan_finish(struct xmlpatch_pci_plan *plan)
{
	if (plan == NULL)
		return;
	free(plan->moves);
	*plan = (struct xmlpatch_pci_plan){ 0 };
}

static const xmlNode *next_emulated(const xmlNode *video)
{
	while (video != NULL && !xmlpatch_video_is_emulated(video))
		video = xmlpatch_document_next(video, "video");
	return video;
}

/* The video devices that stay, one after the other, the first for NULL. */
const xmlNode *xmlpatch_pci_next_staying(const struct xmlpatch_pci_planner *planner,
					 const xmlNode *after)
{
	if (planner->wish == XMLPATCH_VIDEO_DROP ||
	    (planner->wish == XMLPATCH_VIDEO_INSTALL && after != NULL))
		return NULL;
	if (after != NULL)
		return next_emulated(xmlpatch_document_next(after, "video"));
	return next_emulated(xmlpatch_document_child(planner->map->guest->devices, "video"));
}

size_t xmlpatch_pci_index(const struct xmlpatch_address *address)
{
	return (size_t)address->bus * XMLPATCH_PCI_SLOTS + address->slot;
}

struct xmlpatch_address xmlpatch_pci_address(size_t place)
{
	return (struct xmlpatch_address){
		.bus = (unsigned int)(place / XMLPATCH_PCI_SLOTS),
		.slot = place % XMLPATCH_PCI_SLOTS,
	};
}

/* Whether a function's holder is gone when all is done, or could be elsewhere. */
bool xmlpatch_pci_gives_way(const struct xmlpatch_pci_planner *planner, const xmlNode *holder)
{
	return holder != NULL &&
	       (holder == planner->vgpu ||
		(holder->parent == planner->map->guest->devices &&
		 xmlpatch_document_is(holder, "video") && xmlpatch_video_is_emulated(holder)));
}

static bool takes_device(const struct xmlpatch_pci_bus *bus, unsigned int slot)
{
	return bus->model != NULL && (bus->model->takes & XMLPATCH_PCI_ENDPOINT) != 0 &&
	       slot >= bus->model->first_slot && slot <= bus->model->last_slot;
}

static void look_at(struct xmlpatch_pci_planner *planner, size_t i)
{
	const struct xmlpatch_pci_bus *bus = &planner->map->buses[i / XMLPATCH_PCI_SLOTS];
	const struct xmlpatch_pci_slot *slot = &bus->slots[i % XMLPATCH_PCI_SLOTS];
	struct xmlpatch_pci_place *place = &planner->places[i];

	place->is_free = takes_device(bus, i % XMLPATCH_PCI_SLOTS);
	place->is_libvirts = place->is_free;
	for (unsigned int function = 0; function < XMLPATCH_PCI_FUNCTIONS; function++) {
		const xmlNode *holder = slot->holders[function];

		if ((slot->taken & 1U << function) == 0 || xmlpatch_pci_gives_way(planner, holder))
			continue;
		place->is_free = false;
		if (holder == NULL || holder->parent == planner->map->guest->devices)
			place->is_libvirts = false;
	}
}

static int look_at_video(struct xmlpatch_pci_planner *planner, const xmlNode *video,
			 struct base_error *err)
{
	enum xmlpatch_pci_state state;
	struct xmlpatch_address address;
	struct xmlpatch_pci_place *place;

	if (xmlpatch_pci_read_address(video, &state, &address, err) < 0)
		return -1;
	if (state == XMLPATCH_PCI_ABSENT)
		planner->unplaced++;
	if (state != XMLPATCH_PCI_PRESENT)
		return 0;
	place = &planner->places[xmlpatch_pci_index(&address)];
	if (!place->is_free && address.function == 0)
		place->is_pinned = true;
	else
		place->video++;
	return 0;
}

static void count(struct xmlpatch_pci_planner *planner)
{
	size_t video = 0;
	size_t room = 0;
	bool pinned = false;

	for (size_t i = 0; i < planner->n; i++) {
		video += planner->places[i].video;
		pinned = pinned || planner->places[i].is_pinned;
		planner->places[i].video_up_to = video;
		planner->places[i].pinned_up_to = pinned;
	}
	for (size_t i = planner->n; i-- > 0;) {
		planner->places[i].room_behind = room;
		room += planner->places[i].is_free && planner->places[i].video == 0;
	}
}

static bool is_headless(const struct xmlpatch_pci_planner *planner, size_t i)
{
	const struct xmlpatch_pci_bus *bus = &planner->map->buses[i / XMLPATCH_PCI_SLOTS];
	const struct xmlpatch_pci_slot *slot = &bus->slots[i % XMLPATCH_PCI_SLOTS];
	const xmlNode *first = slot->holders[0];

	return takes_device(bus, i % XMLPATCH_PCI_SLOTS) && !planner->places[i].is_free &&
	       !planner->places[i].is_pinned && first != planner->vgpu &&
	       xmlpatch_pci_gives_way(planner, first);
}

/* Whether one is added: by an attach, or by libvirt (virDomainDefAddImplicitVideo()). */
static bool adds_video(const struct xmlpatch_pci_planner *planner)
{
	const xmlNode *devices = planner->map->guest->devices;

	if (planner->wish == XMLPATCH_VIDEO_LEAVE)
		return xmlpatch_document_child(devices, "video") == NULL &&
		       xmlpatch_document_child(devices, "graphics") != NULL;
	return planner->wish == XMLPATCH_VIDEO_INSTALL &&
	       xmlpatch_pci_next_staying(planner, NULL) == NULL;
}

static int prepare(struct xmlpatch_pci_planner *planner, struct base_error *err)
{
	const xmlNode *video = xmlpatch_pci_next_staying(planner, NULL);

	planner->n = planner->map->n * XMLPATCH_PCI_SLOTS;
	planner->places = calloc(planner->n, sizeof(*planner->places));
	if (planner->places == NULL)
		return base_error_errno(err, ENOMEM, "cannot choose a PCI address");
	planner->adds_video = adds_video(planner);
	for (size_t i = 0; i < planner->n; i++)
		look_at(planner, i);
	for (; video != NULL; video = xmlpatch_pci_next_staying(planner, video)) {
		if (look_at_video(planner, video, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < planner->n; i++)
		planner->places[i].is_headless = is_headless(planner, i);
	count(planner);
	return 0;
}

/*
 * Whether libvirt could put a video device without an address before that place:
 * on i440fx to the lowest slot that it finds free; on q35 the first one to 00:01.0,
 * others to a bus of bridges, which has a higher number.
 */
static bool libvirt_may_precede(const struct xmlpatch_pci_planner *planner, size_t place)
{
	size_t end = planner->map->is_q35 ? 2 : XMLPATCH_PCI_SLOTS;

	if (place >= XMLPATCH_PCI_SLOTS)
		return true;
	for (size_t i = 1; i < end && i < place; i++) {
		if (planner->places[i].is_libvirts)
			return true;
	}
	return false;
}

static size_t count_movers(const struct xmlpatch_pci_planner *planner, size_t place)
{
	return planner->places[place].video_up_to + planner->adds_video +
	       (libvirt_may_precede(planner, place) ? planner->unplaced : 0);
}

bool xmlpatch_pci_fits(const struct xmlpatch_pci_planner *planner, size_t place)
{
	const struct xmlpatch_pci_place *at = &planner->places[place];

	return !at->pinned_up_to && count_movers(planner, place) <= at->room_behind;
}

/*
 * The places in the order in which devices should get them: those of bus 0, then
 * those of bus 0 that are kept for others, then all other buses'. False if no
 * place has its turn at that step.
 */
static bool is_turn(const struct xmlpatch_pci_planner *planner, size_t step, size_t *place)
{
	*place = step < XMLPATCH_PCI_SLOTS ? step : step - XMLPATCH_PCI_SLOTS;
	return *place >= XMLPATCH_PCI_SLOTS ||
	       xmlpatch_pci_is_usual(planner->map, (unsigned int)*place) ==
		       (step >= XMLPATCH_PCI_SLOTS);
}

static size_t count_steps(const struct xmlpatch_pci_planner *planner)
{
	return planner->n + XMLPATCH_PCI_SLOTS;
}

/* Where the vGPU takes over from a video device, so that guests see the others there. */
static bool choose_headless(const struct xmlpatch_pci_planner *planner, size_t *place)
{
	for (*place = 0; *place < planner->n; ++*place) {
		if (planner->places[*place].is_headless && xmlpatch_pci_fits(planner, *place))
			return true;
	}
	return false;
}

static bool choose(const struct xmlpatch_pci_planner *planner, size_t *place)
{
	if (choose_headless(planner, place))
		return true;
	*place = 2;
	if (planner->places[*place].is_free && xmlpatch_pci_fits(planner, *place))
		return true;
	for (size_t step = 0; step < count_steps(planner); step++) {
		if (is_turn(planner, step, place) && planner->places[*place].is_free &&
		    xmlpatch_pci_fits(planner, *place))
			return true;
	}
	return false;
}

/* The next place behind `behind` for another device. */
static bool find_room(const struct xmlpatch_pci_planner *planner, size_t behind, size_t *step,
		      struct xmlpatch_address *address)
{
	size_t place = 0;

	while (*step < count_steps(planner)) {
		if (!is_turn(planner, (*step)++, &place) || place <= behind ||
		    !planner->places[place].is_free || planner->places[place].video > 0)
			continue;
		*address = xmlpatch_pci_address(place);
		return true;
	}
	return false;
}

static bool must_move(const struct xmlpatch_pci_planner *planner, enum xmlpatch_pci_state state,
		      const struct xmlpatch_address *address, size_t place)
{
	if (state == XMLPATCH_PCI_PRESENT)
		return xmlpatch_pci_index(address) <= place;
	return state == XMLPATCH_PCI_ABSENT && libvirt_may_precede(planner, place);
}

/* Whether that place is the vGPU's, or a video device's to be. */
static bool is_planned(const struct xmlpatch_pci_plan *plan, const struct xmlpatch_address *address)
{
	size_t place = xmlpatch_pci_index(address);

	if ((plan->has_address && xmlpatch_pci_index(&plan->address) == place) ||
	    (plan->has_video_address && xmlpatch_pci_index(&plan->video_address) == place))
		return true;
	for (size_t i = 0; i < plan->n; i++) {
		if (xmlpatch_pci_index(&plan->moves[i].to) == place)
			return true;
	}
	return false;
}

/* The next place from there that is nobody's when all is done. */
static bool find_free(const struct xmlpatch_pci_planner *planner,
		      const struct xmlpatch_pci_plan *plan, size_t *step,
		      struct xmlpatch_address *address)
{
	while (find_room(planner, 0, step, address)) {
		if (!is_planned(plan, address))
			return true;
	}
	return false;
}

/* Behind the video devices, else anywhere: it is not to be in the way of any of these. */
static void find_more(const struct xmlpatch_pci_planner *planner, struct xmlpatch_pci_plan *plan,
		      size_t place, size_t step)
{
	struct xmlpatch_address other;
	size_t from = 0;

	plan->has_room = find_room(planner, place, &step, &plan->room) ||
			 find_free(planner, plan, &from, &plan->room);
	plan->lacks_room = !plan->has_room;
	/* Of two on i440fx libvirt takes one; with the last it would make a bridge. */
	from = 0;
	if (!planner->map->is_q35 && find_free(planner, plan, &from, &other) &&
	    find_free(planner, plan, &from, &other))
		plan->has_room = false;
}

static int move_video(const struct xmlpatch_pci_planner *planner, struct xmlpatch_pci_plan *plan,
		      struct base_error *err)
{
	size_t place = xmlpatch_pci_index(&plan->address);
	const xmlNode *video = NULL;
	size_t step = 0;

	plan->moves = calloc(count_movers(planner, place) + 1, sizeof(*plan->moves));
	if (plan->moves == NULL)
		return base_error_errno(err, ENOMEM, "cannot choose a PCI address");
	while ((video = xmlpatch_pci_next_staying(planner, video)) != NULL) {
		struct xmlpatch_pci_move move = { .video = video };
		enum xmlpatch_pci_state state;

		if (xmlpatch_pci_read_address(video, &state, &move.from, err) < 0)
			return -1;
		if (!must_move(planner, state, &move.from, place))
			continue;
		move.had_address = state == XMLPATCH_PCI_PRESENT;
		/* There are enough where it fits. */
		find_room(planner, place, &step, &move.to);
		plan->moves[plan->n++] = move;
	}
	plan->has_video_address =
		planner->adds_video && find_room(planner, place, &step, &plan->video_address);
	find_more(planner, plan, place, step);
	return 0;
}

/* Where the vGPU goes: asked for, or where it is, or the best place. */
static int place_vgpu(const struct xmlpatch_pci_planner *planner,
		      const struct xmlpatch_address *asked, struct xmlpatch_pci_plan *plan,
		      struct base_error *err)
{
	enum xmlpatch_pci_state state = XMLPATCH_PCI_ABSENT;
	size_t place = 0;

	if (asked == NULL && planner->vgpu != NULL &&
	    xmlpatch_pci_read_address(planner->vgpu, &state, &plan->address, err) < 0)
		return -1;
	if (asked != NULL && xmlpatch_pci_check_asked(planner, asked, err) < 0)
		return -1;
	plan->has_address = asked != NULL || planner->vgpu == NULL ||
			    state == XMLPATCH_PCI_PRESENT || planner->adds_video ||
			    xmlpatch_pci_next_staying(planner, NULL) != NULL;
	if (!plan->has_address)
		return 0;
	if (asked != NULL)
		plan->address = *asked;
	else if (state != XMLPATCH_PCI_PRESENT && !choose(planner, &place))
		return xmlpatch_pci_refuse_all(planner, err);
	else if (state != XMLPATCH_PCI_PRESENT)
		plan->address = xmlpatch_pci_address(place);
	place = xmlpatch_pci_index(&plan->address);
	plan->is_multifunction = plan->address.function == 0 && planner->places[place].is_headless;
	return xmlpatch_pci_fits(planner, place) ? 0
						 : xmlpatch_pci_refuse_unfit(planner, place, err);
}

int xmlpatch_pci_plan(const struct xmlpatch_pci *map, const xmlNode *vgpu, enum xmlpatch_video wish,
		      const struct xmlpatch_address *asked, struct xmlpatch_pci_plan *plan,
		      struct base_error *err)
{
	BASE_AUTO(planner)
	struct xmlpatch_pci_planner planner = { .map = map, .vgpu = vgpu, .wish = wish };

	*plan = (struct xmlpatch_pci_plan){ 0 };
	if (prepare(&planner, err) < 0 || place_vgpu(&planner, asked, plan, err) < 0)
		return -1;
	if (!plan->has_address) {
		find_more(&planner, plan, 0, 0);
		return 0;
	}
	if (move_video(&planner, plan, err) == 0)
		return 0;
	xmlpatch_pci_plan_finish(plan);
	return -1;
}
