/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/device.h"
#include "xmlpatch/video.h"

void xmlpatch_pci_finish(struct xmlpatch_pci *map)
{
	if (map == NULL)
		return;
	free(map->buses);
	*map = (struct xmlpatch_pci){ 0 };
}

struct xmlpatch_pci_text xmlpatch_pci_format(const struct xmlpatch_address *address)
{
	struct xmlpatch_pci_text text;

	snprintf(text.text, sizeof(text.text), "%02x:%02x.%x", address->bus & 0xff,
		 address->slot & 0xff, address->function & 0xf);
	return text;
}

struct xmlpatch_pci_fragment xmlpatch_pci_fragment(const struct xmlpatch_address *address,
						   bool is_multifunction)
{
	struct xmlpatch_pci_fragment fragment;

	snprintf(fragment.text, sizeof(fragment.text),
		 "<address type='pci' domain='0x0000' bus='0x%02x' slot='0x%02x' "
		 "function='0x%x'%s/>",
		 address->bus, address->slot, address->function,
		 is_multifunction ? " multifunction='on'" : "");
	return fragment;
}

/* As virStrToLong_uip() with any base; an attribute left out is 0. */
static bool read_number(const xmlNode *node, const char *attribute, unsigned long *number)
{
	BASE_AUTO(free) char *text = xmlpatch_document_get(node, attribute);
	char *end = NULL;

	*number = 0;
	if (text == NULL)
		return true;
	errno = 0;
	*number = strtoul(text, &end, 0);
	return end != text && *end == '\0' && errno == 0 && *number <= UINT_MAX &&
	       memchr(text, '-', (size_t)(end - text)) == NULL;
}

static const struct part {
	const char *attribute;
	unsigned long last;
} parts[] = {
	{ "domain", 0xffff },
	{ "bus", XMLPATCH_PCI_BUSES - 1 },
	{ "slot", XMLPATCH_PCI_SLOTS - 1 },
	{ "function", XMLPATCH_PCI_FUNCTIONS - 1 },
};

static int refuse_part(const xmlNode *device, const xmlNode *address, const struct part *part,
		       struct base_error *err)
{
	BASE_AUTO(free) char *text = xmlpatch_document_get(address, part->attribute);

	return base_error_set(err, BASE_FAILED,
			      "%s has the PCI %s '%.40s', which is not a number from 0 to 0x%lx",
			      xmlpatch_device_describe(device).text, part->attribute,
			      text == NULL ? "" : text, part->last);
}

int xmlpatch_pci_read_address(const xmlNode *device, enum xmlpatch_pci_state *state,
			      struct xmlpatch_address *address, struct base_error *err)
{
	const xmlNode *node = xmlpatch_document_child(device, "address");
	BASE_AUTO(free) char *type = xmlpatch_document_get(node, "type");
	unsigned long numbers[4];

	*state = node == NULL ? XMLPATCH_PCI_ABSENT : XMLPATCH_PCI_OTHER;
	if (type == NULL || strcmp(type, "pci") != 0)
		return 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (!read_number(node, parts[i].attribute, &numbers[i]) ||
		    numbers[i] > parts[i].last)
			return refuse_part(device, node, &parts[i], err);
	}
	*state = XMLPATCH_PCI_ABSENT;
	if (numbers[0] == 0 && numbers[1] == 0 && numbers[2] == 0)
		return 0;
	if (numbers[0] != 0)
		return base_error_set(err, BASE_FAILED,
				      "%s is in PCI domain 0x%04lx: a guest has domain 0 only",
				      xmlpatch_device_describe(device).text, numbers[0]);
	*state = XMLPATCH_PCI_PRESENT;
	*address = (struct xmlpatch_address){ .bus = (unsigned int)numbers[1],
					      .slot = (unsigned int)numbers[2],
					      .function = (unsigned int)numbers[3] };
	return 0;
}

static int grow(struct xmlpatch_pci *map, size_t n, struct base_error *err)
{
	struct xmlpatch_pci_bus *grown;

	if (n <= map->n)
		return 0;
	grown = reallocarray(map->buses, n, sizeof(*grown));
	if (grown == NULL)
		return base_error_errno(err, ENOMEM, "cannot read the PCI addresses");
	memset(grown + map->n, 0, (n - map->n) * sizeof(*grown));
	map->buses = grown;
	map->n = n;
	return 0;
}

static bool is_pci_controller(const xmlNode *node)
{
	return xmlpatch_document_is(node, "controller") &&
	       xmlpatch_document_has(node, "type", "pci");
}

static const struct xmlpatch_pci_model *read_model(const xmlNode *controller)
{
	BASE_AUTO(free) char *name = xmlpatch_document_get(controller, "model");

	return name == NULL ? NULL : xmlpatch_pci_find_model(name);
}

/* Bus 0 is the machine's. A model that is not known makes no bus. */
static int add_bus(struct xmlpatch_pci *map, const xmlNode *controller, size_t number,
		   struct base_error *err)
{
	const struct xmlpatch_pci_model *model = read_model(controller);

	if (number == 0 || model == NULL || model->plug == 0)
		return 0;
	if (grow(map, number + 1, err) < 0)
		return -1;
	map->buses[number].model = model;
	return 0;
}

static int add_numbered_bus(struct xmlpatch_pci *map, const xmlNode *controller,
			    struct base_error *err)
{
	unsigned long number;

	if (read_number(controller, "index", &number) && number < XMLPATCH_PCI_BUSES)
		return add_bus(map, controller, number, err);
	return base_error_set(err, BASE_FAILED, "%s has no index from 0 to %d: give it a free one",
			      xmlpatch_device_describe(controller).text, XMLPATCH_PCI_BUSES - 1);
}

static bool is_root(const xmlNode *controller)
{
	const struct xmlpatch_pci_model *model = read_model(controller);

	return model != NULL && model->plug == 0;
}

/* Controllers without an index: virDomainAssignControllerIndexes() gives the lowest. */
static int add_unnumbered_buses(struct xmlpatch_pci *map, struct base_error *err)
{
	const xmlNode *node = xmlpatch_document_child(map->guest->devices, "controller");
	size_t number = 1;

	for (; node != NULL; node = xmlpatch_document_next(node, "controller")) {
		if (!is_pci_controller(node) || is_root(node) ||
		    xmlHasNsProp((xmlNode *)node, (const xmlChar *)"index", NULL) != NULL)
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

static int add_buses(struct xmlpatch_pci *map, struct base_error *err)
{
	const xmlNode *node = xmlpatch_document_child(map->guest->devices, "controller");

	if (grow(map, 1, err) < 0)
		return -1;
	map->buses[0].model = xmlpatch_pci_find_model(map->is_q35 ? "pcie-root" : "pci-root");
	for (; node != NULL; node = xmlpatch_document_next(node, "controller")) {
		if (is_pci_controller(node) &&
		    xmlHasNsProp((xmlNode *)node, (const xmlChar *)"index", NULL) != NULL &&
		    add_numbered_bus(map, node, err) < 0)
			return -1;
	}
	return add_unnumbered_buses(map, err);
}

/* A child of <devices>, or else an <arg>; NULL is the machine's own. */
static struct xmlpatch_words describe_holder(const struct xmlpatch_pci *map,
					     const struct xmlpatch_address *address,
					     const xmlNode *holder)
{
	BASE_AUTO(free) char *value = NULL;
	struct xmlpatch_words words;

	if (holder != NULL && holder->parent == map->guest->devices)
		return xmlpatch_device_describe(holder);
	if (holder == NULL) {
		snprintf(words.text, sizeof(words.text), "%s",
			 xmlpatch_pci_machine_words(map, address));
		return words;
	}
	value = xmlpatch_document_get(holder, "value");
	snprintf(words.text, sizeof(words.text), "QEMU's argument %.60s",
		 value == NULL ? "" : value);
	return words;
}

struct xmlpatch_words xmlpatch_pci_describe(const struct xmlpatch_pci *map,
					    const struct xmlpatch_address *address)
{
	const struct xmlpatch_pci_slot *slot = &map->buses[address->bus].slots[address->slot];

	return describe_holder(map, address, slot->holders[address->function]);
}

static int refuse_double(const struct xmlpatch_pci *map, const struct xmlpatch_address *address,
			 const xmlNode *second, struct base_error *err)
{
	return base_error_set(
		err, BASE_FAILED, "%s and %s are both at %s: give one of them another slot",
		xmlpatch_pci_describe(map, address).text,
		describe_holder(map, address, second).text, xmlpatch_pci_format(address).text);
}

int xmlpatch_pci_place(struct xmlpatch_pci *map, const struct xmlpatch_address *address,
		       const xmlNode *holder, struct base_error *err)
{
	uint8_t bit = (uint8_t)(1U << address->function);
	struct xmlpatch_pci_slot *slot;

	if (grow(map, address->bus + 1, err) < 0)
		return -1;
	slot = &map->buses[address->bus].slots[address->slot];
	if ((slot->taken & bit) != 0 && (slot->holders[address->function] != NULL ||
					 !xmlpatch_pci_is_machines(map, address, holder)))
		return refuse_double(map, address, holder, err);
	slot->taken |= bit;
	slot->holders[address->function] = holder;
	return 0;
}

static int refuse_outside(const struct xmlpatch_pci_model *model,
			  const struct xmlpatch_address *address, const xmlNode *device,
			  struct base_error *err)
{
	const struct xmlpatch_words device_words = xmlpatch_device_describe(device);
	const char *text = device_words.text;

	if (address->slot >= model->first_slot && address->slot <= model->last_slot)
		return base_error_set(err, BASE_FAILED,
				      "%s is at %s, but PCI bus %02x (%s) takes no such device: "
				      "give it another address",
				      text, xmlpatch_pci_format(address).text, address->bus,
				      model->name);
	if (model->first_slot == model->last_slot)
		return base_error_set(err, BASE_FAILED,
				      "%s is at %s, but PCI bus %02x (%s) has slot %02x only: "
				      "give it another address",
				      text, xmlpatch_pci_format(address).text, address->bus,
				      model->name, model->first_slot);
	return base_error_set(err, BASE_FAILED,
			      "%s is at %s, but the slots of PCI bus %02x (%s) are %02x to %02x: "
			      "give it another address",
			      text, xmlpatch_pci_format(address).text, address->bus, model->name,
			      model->first_slot, model->last_slot);
}

/* What kind of bus a device needs. */
static unsigned int plug_of(const xmlNode *device)
{
	const struct xmlpatch_pci_model *model;

	if (!is_pci_controller(device))
		return XMLPATCH_PCI_ENDPOINT;
	model = read_model(device);
	return model == NULL ? XMLPATCH_PCI_ANY : model->plug;
}

static int place_device(struct xmlpatch_pci *map, const xmlNode *device, struct base_error *err)
{
	const struct xmlpatch_pci_model *model;
	enum xmlpatch_pci_state state;
	struct xmlpatch_address address;

	if (xmlpatch_pci_read_address(device, &state, &address, err) < 0)
		return -1;
	if (state != XMLPATCH_PCI_PRESENT)
		return 0;
	model = address.bus < map->n ? map->buses[address.bus].model : NULL;
	if (model != NULL && (address.slot < model->first_slot || address.slot > model->last_slot ||
			      (plug_of(device) & model->takes) == 0))
		return refuse_outside(model, &address, device, err);
	return xmlpatch_pci_place(map, &address, device, err);
}

/*
 * Elements whose address libvirt passes over: a <console> repeats the first <serial>
 * with its address, and video and a memory balloon can be none.
 */
static bool is_no_device(const xmlNode *node)
{
	return xmlpatch_document_is(node, "console") ||
	       (xmlpatch_document_is(node, "memballoon") &&
		xmlpatch_document_has(node, "model", "none")) ||
	       (xmlpatch_document_is(node, "video") && xmlpatch_video_is(node, "none"));
}

static int place_devices(struct xmlpatch_pci *map, struct base_error *err)
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

/* The names that qemuDomainMachineIsQ35() knows, and Ubuntu's alias; others are i440fx. */
static bool machine_is_q35(const xmlNode *root)
{
	xmlNode *type = xmlpatch_document_child(xmlpatch_document_child(root, "os"), "type");
	BASE_AUTO(free) char *machine = xmlpatch_document_get(type, "machine");

	return machine != NULL &&
	       (strcmp(machine, "q35") == 0 || strcmp(machine, "ubuntu-q35") == 0 ||
		strncmp(machine, "pc-q35", strlen("pc-q35")) == 0);
}

int xmlpatch_pci_read(struct xmlpatch_pci *map, const struct xmlpatch_guest *guest,
		      struct base_error *err)
{
	*map = (struct xmlpatch_pci){ .guest = guest, .is_q35 = machine_is_q35(guest->root) };
	if (add_buses(map, err) < 0 || xmlpatch_pci_place_machine(map, err) < 0 ||
	    place_devices(map, err) < 0)
		return -1;
	return xmlpatch_pci_place_arguments(map, err);
}
