/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci-map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/device.h"
#include "xmlpatch/pci-chip.h"

void xmlpatch_pci_map_finish(struct xmlpatch_pci_map *map)
{
	if (map == NULL)
		return;
	free(map->buses);
	*map = (struct xmlpatch_pci_map){ 0 };
}

static int grow_buses(struct xmlpatch_pci_map *map, size_t n, struct base_error *err)
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

int xmlpatch_pci_map_add_bus(struct xmlpatch_pci_map *map, size_t number,
			     const struct xmlpatch_pci_model *model, struct base_error *err)
{
	if (grow_buses(map, number + 1, err) < 0)
		return -1;
	map->buses[number].model = model;
	return 0;
}

/* Describes a child of <devices>, an <arg>, or, for NULL, a device of the machine itself. */
static struct xmlpatch_words describe_holder(const struct xmlpatch_pci_map *map,
					     const struct xmlpatch_address *address,
					     const xmlNode *holder)
{
	const struct xmlpatch_pci_chip *chip = xmlpatch_pci_chip_find(map->is_q35, address);
	BASE_AUTO(free) char *value = NULL;
	struct xmlpatch_words words;

	if (holder != NULL && holder->parent == map->guest->devices)
		return xmlpatch_device_describe(holder);
	if (holder == NULL) {
		snprintf(words.text, sizeof(words.text), "%s",
			 chip == NULL ? "the machine" : chip->words);
		return words;
	}
	value = xmlpatch_document_get(holder, "value");
	snprintf(words.text, sizeof(words.text), "QEMU's argument %.60s",
		 value == NULL ? "" : value);
	return words;
}

struct xmlpatch_words xmlpatch_pci_map_describe(const struct xmlpatch_pci_map *map,
						const struct xmlpatch_address *address)
{
	const struct xmlpatch_pci_slot *slot = &map->buses[address->bus].slots[address->slot];

	return describe_holder(map, address, slot->holders[address->function]);
}

static int refuse_double(const struct xmlpatch_pci_map *map, const struct xmlpatch_address *address,
			 const xmlNode *second, struct base_error *err)
{
	return base_error_set(err, BASE_FAILED,
			      "%s and %s are both at %s: give one of them another slot",
			      xmlpatch_pci_map_describe(map, address).text,
			      describe_holder(map, address, second).text,
			      xmlpatch_pci_address_format(address).text);
}

int xmlpatch_pci_map_take(struct xmlpatch_pci_map *map, const struct xmlpatch_address *address,
			  const xmlNode *holder, struct base_error *err)
{
	uint8_t bit = (uint8_t)(1U << address->function);
	const struct xmlpatch_pci_chip *chip = xmlpatch_pci_chip_find(map->is_q35, address);
	struct xmlpatch_pci_slot *slot;

	if (grow_buses(map, address->bus + 1, err) < 0)
		return -1;
	slot = &map->buses[address->bus].slots[address->slot];
	if ((slot->taken & bit) != 0 && (slot->holders[address->function] != NULL || chip == NULL ||
					 holder == NULL || !xmlpatch_pci_chip_is(chip, holder)))
		return refuse_double(map, address, holder, err);
	slot->taken |= bit;
	slot->holders[address->function] = holder;
	return 0;
}
