/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci-refuse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "vgpu/base/text.h"

#include "xmlpatch/device.h"
#include "xmlpatch/text.h"

static void write_range(struct base_text *out, size_t first, size_t last)
{
	const struct xmlpatch_address from = xmlpatch_pci_place_address(first);
	const struct xmlpatch_address to = xmlpatch_pci_place_address(last);
	char range[32];

	snprintf(range, sizeof(range), first == last ? "%02x:%02x" : "%02x:%02x-%02x:%02x",
		 from.bus, from.slot, to.bus, to.slot);
	base_text_add(out, range);
}

/* Whether the vGPU could be at that place. */
static bool is_choice(const struct xmlpatch_pci_survey *survey, size_t place)
{
	return survey->places[place].is_free && xmlpatch_pci_survey_fits(survey, place);
}

/* "free: 00:03-00:0f, 00:12"; to free(). */
static char *list_free(const struct xmlpatch_pci_survey *survey)
{
	enum {
		LIMIT = 8
	};
	struct base_text out = { 0 };
	unsigned int n = 0;

	base_text_add(&out, "free: ");
	for (size_t i = 0; i < survey->n && n <= LIMIT; i++) {
		size_t first = i;

		if (!is_choice(survey, i))
			continue;
		while ((i + 1) % XMLPATCH_PCI_SLOTS != 0 && is_choice(survey, i + 1))
			i++;
		base_text_add(&out, n == 0 ? "" : ", ");
		if (n++ < LIMIT)
			write_range(&out, first, i);
		else
			base_text_add(&out, "more");
	}
	base_text_add(&out, n == 0 ? "none" : "");
	return base_text_take(&out);
}

__attribute__((format(printf, 3, 4))) static int
refuse_and_list(const struct xmlpatch_pci_survey *survey, struct base_error *err,
		const char *format, ...)
{
	BASE_AUTO(free) char *list = list_free(survey);
	BASE_AUTO(free) char *why = NULL;
	va_list args;

	va_start(args, format);
	why = base_text_vformat(format, args);
	va_end(args);
	if (why == NULL || list == NULL)
		return base_error_errno(err, ENOMEM, "cannot choose a PCI address");
	return base_error_set(err, BASE_FAILED, "%s; %s", why, list);
}

static int refuse_taken(const struct xmlpatch_pci_survey *survey,
			const struct xmlpatch_address *asked, unsigned int function,
			struct base_error *err)
{
	const struct xmlpatch_address there = { asked->bus, asked->slot, function };
	bool is_same = function == asked->function;

	return refuse_and_list(survey, err, "the PCI address %s is taken by %s%s%s",
			       xmlpatch_pci_address_format(asked).text,
			       xmlpatch_pci_map_describe(survey->map, &there).text,
			       is_same ? "" : " at ",
			       is_same ? "" : xmlpatch_pci_address_format(&there).text);
}

/* For a video device that cannot leave its slot, because other devices are at it as well. */
static int refuse_pinned(const struct xmlpatch_pci_survey *survey, struct base_error *err)
{
	const struct xmlpatch_pci_slot *slot;
	struct xmlpatch_address video, other;
	size_t place = 0;

	while (place + 1 < survey->n && !survey->places[place].is_pinned)
		place++;
	video = other = xmlpatch_pci_place_address(place);
	slot = &survey->map->buses[video.bus].slots[video.slot];
	do {
		other.function++;
	} while (other.function < XMLPATCH_PCI_FUNCTIONS - 1 &&
		 (slot->taken & 1U << other.function) == 0);
	return base_error_set(
		err, BASE_FAILED,
		"%s shares the PCI slot %02x:%02x with %s and cannot move behind the vGPU; in "
		"front of it, it would crash the guest: give it a slot of its own",
		xmlpatch_pci_map_describe(survey->map, &video).text, video.bus, video.slot,
		xmlpatch_pci_map_describe(survey->map, &other).text);
}

static int refuse_bus(const struct xmlpatch_pci_survey *survey,
		      const struct xmlpatch_address *asked, struct base_error *err)
{
	const struct xmlpatch_pci_text text = xmlpatch_pci_address_format(asked);
	const struct xmlpatch_pci_model *model = NULL;

	if (asked->bus < survey->map->n)
		model = survey->map->buses[asked->bus].model;
	if (model == NULL)
		return refuse_and_list(survey, err,
				       "the vGPU cannot be at %s: the domain has no PCI bus %02x",
				       text.text, asked->bus);
	if ((model->takes & XMLPATCH_PCI_ENDPOINT) == 0)
		return refuse_and_list(survey, err,
				       "the vGPU cannot be at %s: PCI bus %02x (%s) accepts only "
				       "ports and bridges",
				       text.text, asked->bus, model->name);
	if (survey->map->buses[asked->bus].slots[asked->slot].taken == 0 &&
	    (asked->slot < model->first_slot || asked->slot > model->last_slot))
		return refuse_and_list(
			survey, err,
			"the vGPU cannot be at %s: PCI bus %02x (%s) has the slots %02x to "
			"%02x",
			text.text, asked->bus, model->name, model->first_slot, model->last_slot);
	return 0;
}

/* Guests look at other functions only if function 0 says that it is a multifunction device. */
static int refuse_function(const struct xmlpatch_pci_survey *survey,
			   const struct xmlpatch_address *asked, struct base_error *err)
{
	const struct xmlpatch_pci_slot *slot = &survey->map->buses[asked->bus].slots[asked->slot];
	const xmlNode *first = slot->holders[0];
	const xmlNode *there = slot->holders[asked->function];
	bool is_taken = (slot->taken & 1U << asked->function) != 0;

	if (is_taken && !xmlpatch_pci_survey_gives_way(survey, there))
		return refuse_taken(survey, asked, asked->function, err);
	if ((slot->taken & 1) == 0 || xmlpatch_pci_survey_gives_way(survey, first))
		return refuse_and_list(
			survey, err,
			"the vGPU cannot be at %s: guests look there only if another device "
			"is at function 0 of that slot",
			xmlpatch_pci_address_format(asked).text);
	if (first == NULL || first->parent != survey->map->guest->devices ||
	    xmlpatch_document_has(xmlpatch_document_child(first, "address"), "multifunction",
				  "off"))
		return refuse_taken(survey, asked, 0, err);
	return 0;
}

static int refuse_slot(const struct xmlpatch_pci_survey *survey,
		       const struct xmlpatch_address *asked, struct base_error *err)
{
	const struct xmlpatch_pci_slot *slot = &survey->map->buses[asked->bus].slots[asked->slot];

	if (survey->places[xmlpatch_pci_place_index(asked)].is_free ||
	    survey->places[xmlpatch_pci_place_index(asked)].is_headless)
		return 0;
	for (unsigned int function = 0; function < XMLPATCH_PCI_FUNCTIONS; function++) {
		if ((slot->taken & 1U << function) != 0 &&
		    !xmlpatch_pci_survey_gives_way(survey, slot->holders[function]))
			return refuse_taken(survey, asked, function, err);
	}
	return refuse_taken(survey, asked, 0, err);
}

int xmlpatch_pci_refuse_asked(const struct xmlpatch_pci_survey *survey,
			      const struct xmlpatch_address *asked, struct base_error *err)
{
	if (asked->bus >= XMLPATCH_PCI_BUSES || asked->slot >= XMLPATCH_PCI_SLOTS ||
	    asked->function >= XMLPATCH_PCI_FUNCTIONS)
		return base_error_set(err, BASE_MISUSED,
				      "there is no PCI address %02x:%02x.%x: the last bus is ff, "
				      "the last slot 1f, the last function 7",
				      asked->bus, asked->slot, asked->function);
	if (refuse_bus(survey, asked, err) < 0)
		return -1;
	if (survey->places[xmlpatch_pci_place_index(asked)].pinned_up_to)
		return refuse_pinned(survey, err);
	return asked->function > 0 ? refuse_function(survey, asked, err)
				   : refuse_slot(survey, asked, err);
}

int xmlpatch_pci_refuse_unfit(const struct xmlpatch_pci_survey *survey, size_t place,
			      struct base_error *err)
{
	const struct xmlpatch_address address = xmlpatch_pci_place_address(place);
	const xmlNode *video = xmlpatch_pci_survey_next_staying(survey, NULL);

	if (survey->places[place].pinned_up_to)
		return refuse_pinned(survey, err);
	return refuse_and_list(survey, err,
			       "with the vGPU at %02x:%02x no PCI slot is left behind it for %s, "
			       "and a video device in front of it would crash the guest",
			       address.bus, address.slot,
			       video == NULL ? "a video device"
					     : xmlpatch_device_describe(video).text);
}

int xmlpatch_pci_refuse_all(const struct xmlpatch_pci_survey *survey, struct base_error *err)
{
	for (size_t i = 0; i < survey->n; i++) {
		if (survey->places[i].is_free)
			return xmlpatch_pci_refuse_unfit(survey, i, err);
	}
	return base_error_set(err, BASE_FAILED,
			      "no PCI slot is free for the vGPU: remove a device from the domain");
}
