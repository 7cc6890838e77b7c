/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci.h"

#include <string.h>

/*
 * QEMU's own arguments, which libvirt hands through unread:
 *
 *	-device e1000,bus=pci.0,addr=2.0
 *	-device {"driver":"e1000","bus":"pcie.0","addr":"0x2"}
 *
 * "addr" is slot[.function] in hexadecimal digits, or, as a number in JSON, slot
 * times 8 plus function: set_pci_devfn() in QEMU's hw/core/qdev-properties-system.c.
 */

/* A value inside of an argument; a string unless it stood without quotes in JSON. */
struct value {
	const char *start;
	size_t length;
	bool is_string;
};

static bool is_name(const char *start, size_t length, const char *name)
{
	return strlen(name) == length && strncmp(start, name, length) == 0;
}

/* The end of a part of a,b,c, in which ",," is a comma of the part's own. */
static const char *part_end(const char *at)
{
	while (*at != '\0' && (*at != ',' || at[1] == ','))
		at += *at == ',' ? 2 : 1;
	return at;
}

static bool find_option(const char *argument, const char *name, struct value *value)
{
	while (*argument != '\0') {
		const char *end = part_end(argument);
		const char *equals = memchr(argument, '=', (size_t)(end - argument));

		if (equals != NULL && is_name(argument, (size_t)(equals - argument), name)) {
			*value = (struct value){ equals + 1, (size_t)(end - equals - 1), true };
			return true;
		}
		argument = *end == ',' ? end + 1 : end;
	}
	return false;
}

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t\r\n");
}

/* From behind an opening quote to the closing one, or the text's end. */
static const char *string_end(const char *at)
{
	while (*at != '\0' && *at != '"')
		at += *at == '\\' && at[1] != '\0' ? 2 : 1;
	return at;
}

/* Without a length if it never ends. */
static struct value read_json_value(const char *at)
{
	const char *end;

	at = skip_space(at);
	if (*at != '"')
		return (struct value){ at, strcspn(at, ",} \t\r\n"), false };
	end = string_end(++at);
	return (struct value){ at, *end == '"' ? (size_t)(end - at) : 0, true };
}

/* A member of the outermost object. */
static bool find_member(const char *json, const char *name, struct value *value)
{
	unsigned int depth = 0;

	for (const char *at = json; *at != '\0'; at++) {
		const char *end, *behind;

		depth += *at == '{' || *at == '[';
		depth -= depth > 0 && (*at == '}' || *at == ']');
		if (*at != '"')
			continue;
		end = string_end(at + 1);
		if (*end == '\0')
			return false;
		behind = skip_space(end + 1);
		if (depth == 1 && *behind == ':' && is_name(at + 1, (size_t)(end - at - 1), name)) {
			*value = read_json_value(behind + 1);
			return true;
		}
		at = end;
	}
	return false;
}

static bool find_value(const char *argument, const char *name, struct value *value)
{
	return *skip_space(argument) == '{' ? find_member(argument, name, value)
					    : find_option(argument, name, value);
}

/* Without a bus QEMU takes the first, bus 0; libvirt's others are pci.INDEX. */
static bool read_bus(const char *argument, unsigned int *bus)
{
	struct value value;
	char *end = NULL;
	unsigned long number;

	*bus = 0;
	if (!find_value(argument, "bus", &value) || is_name(value.start, value.length, "pcie.0"))
		return true;
	if (value.length <= strlen("pci.") || strncmp(value.start, "pci.", strlen("pci.")) != 0)
		return false;
	number = strtoul(value.start + strlen("pci."), &end, 10);
	*bus = (unsigned int)(number & (XMLPATCH_PCI_BUSES - 1));
	return end == value.start + value.length && number < XMLPATCH_PCI_BUSES;
}

/* False also for what QEMU would refuse. */
static bool read_address(const char *argument, struct xmlpatch_address *address)
{
	struct value value;
	unsigned long slot, function = 0;
	char *end = NULL;

	if (!find_value(argument, "addr", &value) || !read_bus(argument, &address->bus))
		return false;
	slot = strtoul(value.start, &end, value.is_string ? 16 : 10);
	if (!value.is_string) {
		function = slot % XMLPATCH_PCI_FUNCTIONS;
		slot /= XMLPATCH_PCI_FUNCTIONS;
	} else if (end != value.start && *end == '.') {
		function = strtoul(end + 1, &end, 16);
	}
	address->slot = (unsigned int)(slot & (XMLPATCH_PCI_SLOTS - 1));
	address->function = (unsigned int)(function & (XMLPATCH_PCI_FUNCTIONS - 1));
	return value.length > 0 && end == value.start + value.length && slot < XMLPATCH_PCI_SLOTS &&
	       function < XMLPATCH_PCI_FUNCTIONS;
}

/* QEMU takes one dash or two. */
static bool is_option(const char *argument, const char *option)
{
	return argument != NULL && *argument == '-' &&
	       strcmp(argument + 1 + (argument[1] == '-'), option) == 0;
}

/* The video device of -vga comes before all -device, to the first slot that is free. */
static int place_argument(struct xmlpatch_pci *map, const char *option, const char *argument,
			  const xmlNode *node, struct base_error *err)
{
	struct xmlpatch_address address = { .slot = map->is_q35 ? 1 : 2 };

	if (is_option(option, "device") ? read_address(argument, &address)
					: is_option(option, "vga") && strcmp(argument, "none") != 0)
		return xmlpatch_pci_place(map, &address, node, err);
	return 0;
}

static int place_commandline(struct xmlpatch_pci *map, const xmlNode *commandline,
			     struct base_error *err)
{
	BASE_AUTO(free) char *option = NULL;

	for (const xmlNode *node = commandline->children; node != NULL; node = node->next) {
		BASE_AUTO(free) char *value = NULL;

		if (node->type == XML_ELEMENT_NODE)
			value = xmlpatch_document_get(node, "value");
		if (value == NULL || strcmp((const char *)node->name, "arg") != 0)
			continue;
		if (place_argument(map, option, value, node, err) < 0)
			return -1;
		free(option);
		option = BASE_STEAL_PTR(value);
	}
	return 0;
}

int xmlpatch_pci_place_arguments(struct xmlpatch_pci *map, struct base_error *err)
{
	const xmlNode *node = map->guest->root->children;

	for (; node != NULL; node = node->next) {
		if (node->type == XML_ELEMENT_NODE &&
		    strcmp((const char *)node->name, "commandline") == 0 &&
		    place_commandline(map, node, err) < 0)
			return -1;
	}
	return 0;
}
