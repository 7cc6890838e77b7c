/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci-plan.h"

#include <errno.h>
#include <stdlib.h>

#include "xmlpatch/pci-refuse.h"
#include "xmlpatch/pci-survey.h"

void xmlpatch_pci_plan_finish(struct xmlpatch_pci_plan *plan)
{
	if (plan == NULL)
		return;
	free(plan->moves);
	*plan = (struct xmlpatch_pci_plan){ 0 };
}

/*
 * Real q35 boards have USB 2 at 1a and 1d, sound at 1b and a bridge at 1e. libvirt puts such
 * devices there if it can, also those that are added later.
 */
static bool is_usual(const struct xmlpatch_pci_map *map, unsigned int slot)
{
	return map->is_q35 && (slot == 0x1a || slot == 0x1b || slot == 0x1d || slot == 0x1e);
}

/*
 * The places in the order in which devices should get them: first those of bus 0, then those
 * of bus 0 that libvirt uses for certain devices, then those of all other buses. False if
 * the place of that step does not have its turn then.
 */
static bool is_turn(const struct xmlpatch_pci_survey *survey, size_t step, size_t *place)
{
	*place = step < XMLPATCH_PCI_SLOTS ? step : step - XMLPATCH_PCI_SLOTS;
	return *place >= XMLPATCH_PCI_SLOTS ||
	       is_usual(survey->map, (unsigned int)*place) == (step >= XMLPATCH_PCI_SLOTS);
}

/*
 * A place at which a video device goes and other functions stay: guests look for these only
 * if something is at function 0, which the vGPU can be.
 */
static bool choose_freed_place(const struct xmlpatch_pci_survey *survey, size_t *place)
{
	for (*place = 0; *place < survey->n; ++*place) {
		if (survey->places[*place].is_headless && xmlpatch_pci_survey_fits(survey, *place))
			return true;
	}
	return false;
}

static bool choose_place(const struct xmlpatch_pci_survey *survey, size_t *place)
{
	if (choose_freed_place(survey, place))
		return true;
	*place = 2;
	if (survey->places[*place].is_free && xmlpatch_pci_survey_fits(survey, *place))
		return true;
	for (size_t step = 0; step < survey->n + XMLPATCH_PCI_SLOTS; step++) {
		if (is_turn(survey, step, place) && survey->places[*place].is_free &&
		    xmlpatch_pci_survey_fits(survey, *place))
			return true;
	}
	return false;
}

/* The next free place after `behind`, in the order of is_turn(). */
static bool find_free_place(const struct xmlpatch_pci_survey *survey, size_t behind, size_t *step,
			    struct xmlpatch_address *address)
{
	size_t place = 0;

	while (*step < survey->n + XMLPATCH_PCI_SLOTS) {
		if (!is_turn(survey, (*step)++, &place) || place <= behind ||
		    !survey->places[place].is_free || survey->places[place].video > 0)
			continue;
		*address = xmlpatch_pci_place_address(place);
		return true;
	}
	return false;
}

static bool must_move(const struct xmlpatch_pci_survey *survey, enum xmlpatch_pci_state state,
		      const struct xmlpatch_address *address, size_t place)
{
	if (state == XMLPATCH_PCI_PRESENT)
		return xmlpatch_pci_place_index(address) <= place;
	return state == XMLPATCH_PCI_ABSENT && xmlpatch_pci_survey_may_precede(survey, place);
}

/* Whether the plan gives that place to the vGPU or to a video device. */
static bool is_planned(const struct xmlpatch_pci_plan *plan, const struct xmlpatch_address *address)
{
	size_t place = xmlpatch_pci_place_index(address);

	if ((plan->has_address && xmlpatch_pci_place_index(&plan->address) == place) ||
	    (plan->has_video_address && xmlpatch_pci_place_index(&plan->video_address) == place))
		return true;
	for (size_t i = 0; i < plan->n; i++) {
		if (xmlpatch_pci_place_index(&plan->moves[i].to) == place)
			return true;
	}
	return false;
}

/* The next free place that the plan gives to nobody. */
static bool find_unplanned_place(const struct xmlpatch_pci_survey *survey,
				 const struct xmlpatch_pci_plan *plan, size_t *step,
				 struct xmlpatch_address *address)
{
	while (find_free_place(survey, 0, step, address)) {
		if (!is_planned(plan, address))
			return true;
	}
	return false;
}

/* Another device goes behind the video devices if it can, so that it is not in their way. */
static void plan_other_device(const struct xmlpatch_pci_survey *survey,
			      struct xmlpatch_pci_plan *plan, size_t place, size_t step)
{
	struct xmlpatch_address other;
	size_t from = 0;

	plan->has_room = find_free_place(survey, place, &step, &plan->room) ||
			 find_unplanned_place(survey, plan, &from, &plan->room);
	plan->lacks_room = !plan->has_room;
	/*
	 * On i440fx, libvirt chooses a slot itself if two are free; it would use the last one
	 * for a bridge.
	 */
	from = 0;
	if (!survey->map->is_q35 && find_unplanned_place(survey, plan, &from, &other) &&
	    find_unplanned_place(survey, plan, &from, &other))
		plan->has_room = false;
}

static int plan_video(const struct xmlpatch_pci_survey *survey, struct xmlpatch_pci_plan *plan,
		      struct base_error *err)
{
	size_t place = xmlpatch_pci_place_index(&plan->address);
	const xmlNode *video = NULL;
	size_t step = 0;

	plan->moves =
		calloc(xmlpatch_pci_survey_count_movers(survey, place) + 1, sizeof(*plan->moves));
	if (plan->moves == NULL)
		return base_error_errno(err, ENOMEM, "cannot choose a PCI address");
	while ((video = xmlpatch_pci_survey_next_staying(survey, video)) != NULL) {
		struct xmlpatch_pci_move move = { .video = video };
		enum xmlpatch_pci_state state;

		if (xmlpatch_pci_address_read(video, &state, &move.from, err) < 0)
			return -1;
		if (!must_move(survey, state, &move.from, place))
			continue;
		move.had_address = state == XMLPATCH_PCI_PRESENT;
		/* This finds a place: xmlpatch_pci_survey_fits() has counted them. */
		find_free_place(survey, place, &step, &move.to);
		plan->moves[plan->n++] = move;
	}
	plan->has_video_address =
		survey->adds_video && find_free_place(survey, place, &step, &plan->video_address);
	plan_other_device(survey, plan, place, step);
	return 0;
}

/* The vGPU goes where it was asked to go, else stays where it is, else gets the best place. */
static int plan_vgpu(const struct xmlpatch_pci_survey *survey, const struct xmlpatch_address *asked,
		     struct xmlpatch_pci_plan *plan, struct base_error *err)
{
	enum xmlpatch_pci_state state = XMLPATCH_PCI_ABSENT;
	size_t place = 0;

	if (asked == NULL && survey->vgpu != NULL &&
	    xmlpatch_pci_address_read(survey->vgpu, &state, &plan->address, err) < 0)
		return -1;
	if (asked != NULL && xmlpatch_pci_refuse_asked(survey, asked, err) < 0)
		return -1;
	plan->has_address = asked != NULL || survey->vgpu == NULL ||
			    state == XMLPATCH_PCI_PRESENT || survey->adds_video ||
			    xmlpatch_pci_survey_next_staying(survey, NULL) != NULL;
	if (!plan->has_address)
		return 0;
	if (asked != NULL)
		plan->address = *asked;
	else if (state != XMLPATCH_PCI_PRESENT && !choose_place(survey, &place))
		return xmlpatch_pci_refuse_all(survey, err);
	else if (state != XMLPATCH_PCI_PRESENT)
		plan->address = xmlpatch_pci_place_address(place);
	place = xmlpatch_pci_place_index(&plan->address);
	plan->is_multifunction = plan->address.function == 0 && survey->places[place].is_headless;
	return xmlpatch_pci_survey_fits(survey, place)
		       ? 0
		       : xmlpatch_pci_refuse_unfit(survey, place, err);
}

int xmlpatch_pci_plan(const struct xmlpatch_pci_map *map, const xmlNode *vgpu,
		      enum xmlpatch_video wish, const struct xmlpatch_address *asked,
		      struct xmlpatch_pci_plan *plan, struct base_error *err)
{
	BASE_AUTO(xmlpatch_pci_survey) struct xmlpatch_pci_survey survey = { 0 };

	*plan = (struct xmlpatch_pci_plan){ 0 };
	if (xmlpatch_pci_survey_make(&survey, map, vgpu, wish, err) < 0 ||
	    plan_vgpu(&survey, asked, plan, err) < 0)
		return -1;
	if (!plan->has_address) {
		plan_other_device(&survey, plan, 0, 0);
		return 0;
	}
	if (plan_video(&survey, plan, err) == 0)
		return 0;
	xmlpatch_pci_plan_finish(plan);
	return -1;
}
