/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci-read.h"

#include <string.h>

#include "xmlpatch/device.h"
#include "xmlpatch/pci-arguments.h"
#include "xmlpatch/pci-chip.h"
#include "xmlpatch/video.h"

static bool has_index(const xmlNode *controller)
{
	return xmlHasNsProp((xmlNode *)controller, (const xmlChar *)"index", NULL) != NULL;
}

static const struct xmlpatch_pci_model *read_model(const xmlNode *controller)
{
	BASE_AUTO(free) char *name = xmlpatch_document_get(controller, "model");

	return name == NULL ? NULL : xmlpatch_pci_model_find(name);
}

/* Bus 0 belongs to the machine, and a controller of an unknown model has no bus. */
static int add_bus(struct xmlpatch_pci_map *map, const xmlNode *controller, size_t number,
		   struct base_error *err)
{
	const struct xmlpatch_pci_model *model = read_model(controller);

	if (number == 0 || model == NULL || model->plug == 0)
		return 0;
	return xmlpatch_pci_map_add_bus(map, number, model, err);
}

static int add_numbered_bus(struct xmlpatch_pci_map *map, const xmlNode *controller,
			    struct base_error *err)
{
	unsigned long number;

	if (xmlpatch_pci_address_read_number(controller, "index", &number) &&
	    number < XMLPATCH_PCI_BUSES)
		return add_bus(map, controller, number, err);
	return base_error_set(err, BASE_FAILED, "%s has no index from 0 to %d: give it a free one",
			      xmlpatch_device_describe(controller).text, XMLPATCH_PCI_BUSES - 1);
}

static bool is_root(const xmlNode *controller)
{
	const struct xmlpatch_pci_model *model = read_model(controller);

	return model != NULL && model->plug == 0;
}

/* A controller without an index gets the lowest one (virDomainAssignControllerIndexes()). */
static int add_unnumbered_buses(struct xmlpatch_pci_map *map, struct base_error *err)
{
	const xmlNode *node =
		xmlpatch_document_find(map->guest->devices, "controller", "type", "pci");
	size_t number = 1;

	for (; node != NULL;
	     node = xmlpatch_document_find_next(node, "controller", "type", "pci")) {
		if (is_root(node) || has_index(node))
			continue;
		while (number < map->n && map->buses[number].model != NULL)
			number++;
		if (number == XMLPATCH_PCI_BUSES)
			return base_error_set(err, BASE_FAILED,
					      "the domain has more than %d PCI controllers",
					      XMLPATCH_PCI_BUSES);
		if (add_bus(map, node, number, err) < 0)
			return -1;
	}
	return 0;
}

static int add_buses(struct xmlpatch_pci_map *map, struct base_error *err)
{
	const struct xmlpatch_pci_model *root =
		xmlpatch_pci_model_find(map->is_q35 ? "pcie-root" : "pci-root");
	const xmlNode *node =
		xmlpatch_document_find(map->guest->devices, "controller", "type", "pci");

	if (xmlpatch_pci_map_add_bus(map, 0, root, err) < 0)
		return -1;
	for (; node != NULL;
	     node = xmlpatch_document_find_next(node, "controller", "type", "pci")) {
		if (has_index(node) && add_numbered_bus(map, node, err) < 0)
			return -1;
	}
	return add_unnumbered_buses(map, err);
}

static int refuse_outside(const struct xmlpatch_pci_model *model,
			  const struct xmlpatch_address *address, const xmlNode *device,
			  struct base_error *err)
{
	const struct xmlpatch_words words = xmlpatch_device_describe(device);
	const struct xmlpatch_pci_text at = xmlpatch_pci_address_format(address);

	if (address->slot >= model->first_slot && address->slot <= model->last_slot)
		return base_error_set(err, BASE_FAILED,
				      "%s is at %s, but PCI bus %02x (%s) does not accept such a "
				      "device: give it another address",
				      words.text, at.text, address->bus, model->name);
	if (model->first_slot == model->last_slot)
		return base_error_set(err, BASE_FAILED,
				      "%s is at %s, but PCI bus %02x (%s) has only slot %02x: give "
				      "it another address",
				      words.text, at.text, address->bus, model->name,
				      model->first_slot);
	return base_error_set(err, BASE_FAILED,
			      "%s is at %s, but the slots of PCI bus %02x (%s) are %02x to %02x: "
			      "give it another address",
			      words.text, at.text, address->bus, model->name, model->first_slot,
			      model->last_slot);
}

/* What kind of bus a device needs. */
static unsigned int plug_of(const xmlNode *device)
{
	const struct xmlpatch_pci_model *model;

	if (!xmlpatch_document_is(device, "controller") ||
	    !xmlpatch_document_has(device, "type", "pci"))
		return XMLPATCH_PCI_ENDPOINT;
	model = read_model(device);
	return model == NULL ? XMLPATCH_PCI_ANY : model->plug;
}

static int place_device(struct xmlpatch_pci_map *map, const xmlNode *device, struct base_error *err)
{
	const struct xmlpatch_pci_model *model;
	enum xmlpatch_pci_state state;
	struct xmlpatch_address address;

	if (xmlpatch_pci_address_read(device, &state, &address, err) < 0)
		return -1;
	if (state != XMLPATCH_PCI_PRESENT)
		return 0;
	model = address.bus < map->n ? map->buses[address.bus].model : NULL;
	if (model != NULL && (address.slot < model->first_slot || address.slot > model->last_slot ||
			      (plug_of(device) & model->takes) == 0))
		return refuse_outside(model, &address, device, err);
	return xmlpatch_pci_map_take(map, &address, device, err);
}

/*
 * Elements whose address libvirt ignores: a <console> repeats the first <serial> with its
 * address, and a video device or a memory balloon of the model none does not exist.
 */
static bool is_no_device(const xmlNode *node)
{
	return xmlpatch_document_is(node, "console") ||
	       (xmlpatch_document_is(node, "memballoon") &&
		xmlpatch_document_has(node, "model", "none")) ||
	       (xmlpatch_document_is(node, "video") && xmlpatch_video_is(node, "none"));
}

static int place_devices(struct xmlpatch_pci_map *map, struct base_error *err)
{
	const xmlNode *devices = map->guest->devices;
	const xmlNode *node = devices == NULL ? NULL : devices->children;

	for (; node != NULL; node = node->next) {
		if (node->type != XML_ELEMENT_NODE || node->ns != NULL || is_no_device(node))
			continue;
		if (place_device(map, node, err) < 0)
			return -1;
	}
	return 0;
}

/* The names in qemuDomainMachineIsQ35(), and Ubuntu's alias; all others are i440fx. */
static bool machine_is_q35(const xmlNode *root)
{
	xmlNode *type = xmlpatch_document_child(xmlpatch_document_child(root, "os"), "type");
	BASE_AUTO(free) char *machine = xmlpatch_document_get(type, "machine");

	return machine != NULL &&
	       (strcmp(machine, "q35") == 0 || strcmp(machine, "ubuntu-q35") == 0 ||
		strncmp(machine, "pc-q35", strlen("pc-q35")) == 0);
}

static int place_chips(struct xmlpatch_pci_map *map, struct base_error *err)
{
	const struct xmlpatch_pci_chip *chip = NULL;

	while ((chip = xmlpatch_pci_chip_next(chip)) != NULL) {
		const struct xmlpatch_address address = { 0, chip->slot, chip->function };

		if (chip->is_q35 == map->is_q35 &&
		    xmlpatch_pci_chip_exists(chip, map->guest->devices) &&
		    xmlpatch_pci_map_take(map, &address, NULL, err) < 0)
			return -1;
	}
	return 0;
}

int xmlpatch_pci_read(struct xmlpatch_pci_map *map, const struct xmlpatch_guest *guest,
		      struct base_error *err)
{
	*map = (struct xmlpatch_pci_map){ .guest = guest, .is_q35 = machine_is_q35(guest->root) };
	if (add_buses(map, err) < 0 || place_chips(map, err) < 0 || place_devices(map, err) < 0)
		return -1;
	return xmlpatch_pci_arguments_take(map, err);
}
