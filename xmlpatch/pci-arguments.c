/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/pci-arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/json.h"

/*
 * QEMU's own arguments, which libvirt passes on without reading them:
 *
 *	-device e1000,bus=pci.0,addr=2.0
 *	-device {"driver":"e1000","bus":"pcie.0","addr":"0x2"}
 *
 * "addr" is slot[.function] in hexadecimal digits, or, as a number in JSON, slot
 * times 8 plus function: set_pci_devfn() in QEMU's hw/core/qdev-properties-system.c.
 */

/* In bytes, with the NUL: execve(2) refuses a longer argument (MAX_ARG_STRLEN). */
#define ARGUMENT_LIMIT 131072
/* Levels of objects and lists; a property of a device needs two or three. */
#define DEPTH_LIMIT 32

/* The properties of a -device, in either of its forms. */
struct device {
	const char *options;	  /* borrowed */
	struct json_object *json; /* owned; NULL: `options` are a,b=c */
};

static void device_finish(struct device *device)
{
	json_object_put(device->json);
}

BASE_DEFINE_CLEANUP(device, struct device, device_finish)

/* The value of a property; borrowed from the device. */
struct value {
	const char *text; /* without a NUL at its end; NULL: it is a number */
	size_t length;
	int64_t number;
};

/*
 * Reads JSON with single quotes as well, because QEMU accepts these. QEMU refuses to start
 * with anything else, or with more text behind the JSON: then device->json stays NULL, and
 * the device has no properties. -1 with an error if memory is out.
 */
static int parse_json(struct device *device, const char *argument, struct base_error *err)
{
	size_t length = strnlen(argument, ARGUMENT_LIMIT);
	BASE_AUTO(json_tokener) struct json_tokener *tokener = NULL;
	BASE_AUTO(json) struct json_object *json = NULL;
	size_t end;

	if (length == ARGUMENT_LIMIT)
		return 0;
	tokener = json_tokener_new_ex(DEPTH_LIMIT);
	if (tokener == NULL)
		return base_error_errno(err, ENOMEM, "cannot read QEMU's arguments");
	json = json_tokener_parse_ex(tokener, argument, (int)length);
	end = json_tokener_get_parse_end(tokener);
	if (argument[end + strspn(argument + end, " \t\r\n")] == '\0')
		device->json = BASE_STEAL_PTR(json);
	return 0;
}

static int read_device(struct device *device, const char *argument, struct base_error *err)
{
	*device = (struct device){ 0 };
	if (argument[strspn(argument, " \t\r\n")] == '{')
		return parse_json(device, argument, err);
	device->options = argument;
	return 0;
}

/* The end of the first part of a,b,c, in which ",," stands for a comma. */
static const char *part_end(const char *at)
{
	while (*at != '\0' && (*at != ',' || at[1] == ','))
		at += *at == ',' ? 2 : 1;
	return at;
}

static bool is_equal(const char *start, size_t length, const char *text)
{
	return strlen(text) == length && memcmp(start, text, length) == 0;
}

static bool find_option(const char *options, const char *name, struct value *value)
{
	while (*options != '\0') {
		const char *end = part_end(options);
		const char *equals = memchr(options, '=', (size_t)(end - options));

		if (equals != NULL && is_equal(options, (size_t)(equals - options), name)) {
			*value = (struct value){ equals + 1, (size_t)(end - equals - 1), 0 };
			return true;
		}
		options = *end == ',' ? end + 1 : end;
	}
	return false;
}

static bool find_member(struct json_object *json, const char *name, struct value *value)
{
	struct json_object *member;

	*value = (struct value){ 0 };
	if (!json_object_object_get_ex(json, name, &member))
		return false;
	switch (json_object_get_type(member)) {
	case json_type_int:
		value->number = json_object_get_int64(member);
		return true;
	case json_type_string:
		value->text = json_object_get_string(member);
		value->length = (size_t)json_object_get_string_len(member);
		return true;
	default:
		return false;
	}
}

static bool find_property(const struct device *device, const char *name, struct value *value)
{
	if (device->options != NULL)
		return find_option(device->options, name, value);
	return json_object_is_type(device->json, json_type_object) &&
	       find_member(device->json, name, value);
}

/* Without a bus QEMU uses bus 0; the others are called pci.INDEX by libvirt. */
static bool read_bus(const struct device *device, unsigned int *bus)
{
	static const char prefix[] = "pci.";
	const size_t before = strlen(prefix);
	struct value value;
	char *end = NULL;
	unsigned long number;

	*bus = 0;
	if (!find_property(device, "bus", &value))
		return true;
	if (value.text == NULL)
		return false;
	if (is_equal(value.text, value.length, "pcie.0"))
		return true;
	if (value.length <= before || memcmp(value.text, prefix, before) != 0)
		return false;
	number = strtoul(value.text + before, &end, 10);
	*bus = (unsigned int)(number & (XMLPATCH_PCI_BUSES - 1));
	return end == value.text + value.length && number < XMLPATCH_PCI_BUSES;
}

/* Reads slot[.function]; the value may be followed by more of its argument. */
static bool read_slot(const struct value *value, struct xmlpatch_address *address)
{
	char *end = NULL;
	unsigned long slot = strtoul(value->text, &end, 16);
	unsigned long function = 0;

	if (end != value->text && *end == '.')
		function = strtoul(end + 1, &end, 16);
	address->slot = (unsigned int)(slot & (XMLPATCH_PCI_SLOTS - 1));
	address->function = (unsigned int)(function & (XMLPATCH_PCI_FUNCTIONS - 1));
	return value->length > 0 && end == value->text + value->length &&
	       slot < XMLPATCH_PCI_SLOTS && function < XMLPATCH_PCI_FUNCTIONS;
}

/* False if there is no address, or one that QEMU would refuse. */
static bool find_address(const struct device *device, struct xmlpatch_address *address)
{
	struct value value;

	if (!find_property(device, "addr", &value) || !read_bus(device, &address->bus))
		return false;
	if (value.text != NULL)
		return read_slot(&value, address);
	if (value.number < 0 || value.number / XMLPATCH_PCI_FUNCTIONS >= XMLPATCH_PCI_SLOTS)
		return false;
	address->slot = (unsigned int)value.number / XMLPATCH_PCI_FUNCTIONS;
	address->function = (unsigned int)value.number % XMLPATCH_PCI_FUNCTIONS;
	return true;
}

static int place_device(struct xmlpatch_pci_map *map, const char *argument, const xmlNode *node,
			struct base_error *err)
{
	BASE_AUTO(device) struct device device = { 0 };
	struct xmlpatch_address address;

	if (read_device(&device, argument, err) < 0)
		return -1;
	return find_address(&device, &address) ? xmlpatch_pci_map_take(map, &address, node, err)
					       : 0;
}

/* QEMU accepts options with one dash and with two. */
static bool is_option(const char *argument, const char *option)
{
	return argument != NULL && *argument == '-' &&
	       strcmp(argument + 1 + (argument[1] == '-'), option) == 0;
}

static int place_argument(struct xmlpatch_pci_map *map, const char *option, const char *argument,
			  const xmlNode *node, struct base_error *err)
{
	/* QEMU creates the device of -vga before every -device, in the first free slot. */
	const struct xmlpatch_address first = { .slot = map->is_q35 ? 1 : 2 };

	if (is_option(option, "device"))
		return place_device(map, argument, node, err);
	if (is_option(option, "vga") && strcmp(argument, "none") != 0)
		return xmlpatch_pci_map_take(map, &first, node, err);
	return 0;
}

static int place_commandline(struct xmlpatch_pci_map *map, const xmlNode *commandline,
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

int xmlpatch_pci_arguments_take(struct xmlpatch_pci_map *map, struct base_error *err)
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
