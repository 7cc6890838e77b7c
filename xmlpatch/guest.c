/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/guest.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/*
 * The x86 machines with a PCI bus 0: i440fx under the names that libvirt's
 * qemuDomainMachineIsI440FX() knows, Ubuntu's aliases, and q35.
 */
static bool machine_has_pci(const char *machine)
{
	static const char *const names[] = { "pc", "q35", "ubuntu" };
	static const char *const families[] = { "pc-", "rhel" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(machine, names[i]) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
		if (begins(machine, families[i]))
			return true;
	}
	return false;
}

static int check_machine(const xmlNode *root, struct base_error *err)
{
	xmlNode *type = xmlpatch_document_child(xmlpatch_document_child(root, "os"), "type");
	BASE_AUTO(free) char *kind = xmlpatch_document_content(type);
	BASE_AUTO(free) char *arch = xmlpatch_document_get(type, "arch");
	BASE_AUTO(free) char *machine = xmlpatch_document_get(type, "machine");

	if (kind == NULL || strcmp(kind, "hvm") != 0)
		return base_error_set(err, BASE_FAILED,
				      "the domain's <os> has no <type>hvm</type>: only a full "
				      "virtual machine takes a vGPU");
	if (arch != NULL && strcmp(arch, "x86_64") != 0 && strcmp(arch, "i686") != 0)
		return base_error_set(err, BASE_FAILED,
				      "the domain's architecture is %.40s: only x86 guests have "
				      "the PCI slots and drivers for a vGPU",
				      arch);
	if (machine != NULL && !machine_has_pci(machine))
		return base_error_set(err, BASE_FAILED,
				      "the domain's machine %.40s has no PCI bus for a vGPU: use "
				      "q35 or pc",
				      machine);
	return 0;
}

static int check_root(const xmlNode *root, struct base_error *err)
{
	BASE_AUTO(free) char *type = NULL;
	BASE_AUTO(free) char *name = NULL;

	if (!xmlpatch_document_is(root, "domain"))
		return base_error_set(err, BASE_FAILED,
				      "the XML is not a libvirt domain: it begins with <%.40s>",
				      (const char *)root->name);
	type = xmlpatch_document_get(root, "type");
	if (type == NULL || (strcmp(type, "kvm") != 0 && strcmp(type, "qemu") != 0))
		return base_error_set(err, BASE_FAILED,
				      "the domain's type is %.40s: only kvm and qemu domains take "
				      "a vGPU",
				      type == NULL ? "missing" : type);
	name = xmlpatch_document_content(xmlpatch_document_child(root, "name"));
	if (name == NULL)
		return base_error_set(err, BASE_FAILED, "the domain has no <name>");
	return 0;
}

int xmlpatch_guest_read(struct xmlpatch_guest *guest, const struct xmlpatch_document *document,
			struct base_error *err)
{
	xmlNode *root = xmlDocGetRootElement(document->tree);
	xmlNode *devices;

	if (check_root(root, err) < 0 || check_machine(root, err) < 0)
		return -1;
	devices = xmlpatch_document_child(root, "devices");
	if (xmlpatch_document_next(devices, "devices") != NULL)
		return base_error_set(err, BASE_FAILED,
				      "the domain has <devices> twice: make them one");
	*guest = (struct xmlpatch_guest){ .document = document, .root = root, .devices = devices };
	return 0;
}

/* As virUUIDParse() reads: white space first, then 32 digits and any dashes. */
static bool same_uuid(const char *left, const char *right)
{
	size_t digits = 0;

	left += strspn(left, " \t\r\n\v\f");
	for (;;) {
		left += strspn(left, "-");
		right += strspn(right, "-");
		if (*left == '\0' || *right == '\0')
			return *left == *right && digits == 32;
		if (tolower((unsigned char)*left++) != tolower((unsigned char)*right++))
			return false;
		digits++;
	}
}

xmlNode *xmlpatch_guest_find_mdev(const struct xmlpatch_guest *guest, const char *uuid,
				  const xmlNode *after)
{
	xmlNode *hostdev = after != NULL ? xmlpatch_document_next(after, "hostdev")
					 : xmlpatch_document_child(guest->devices, "hostdev");

	for (; hostdev != NULL; hostdev = xmlpatch_document_next(hostdev, "hostdev")) {
		xmlNode *source = xmlpatch_document_child(hostdev, "source");
		BASE_AUTO(free)
		char *found =
			xmlpatch_document_get(xmlpatch_document_child(source, "address"), "uuid");

		if (found != NULL && xmlpatch_document_has(hostdev, "type", "mdev") &&
		    same_uuid(found, uuid))
			return hostdev;
	}
	return NULL;
}

/* libvirt reads these with any base; left out they are 0. False if unreadable. */
static bool read_number(const xmlNode *node, const char *attribute, unsigned long *number)
{
	BASE_AUTO(free) char *text = xmlpatch_document_get(node, attribute);
	char *end = NULL;

	*number = 0;
	if (text == NULL)
		return true;
	*number = strtoul(text, &end, 0);
	return end != text && *end == '\0';
}

static bool is_at_slot(const xmlNode *device, unsigned int slot)
{
	xmlNode *address = xmlpatch_document_child(device, "address");

	for (; address != NULL; address = xmlpatch_document_next(address, "address")) {
		unsigned long domain, bus, number;

		if (!xmlpatch_document_has(address, "type", "pci"))
			continue;
		if (!read_number(address, "domain", &domain) ||
		    !read_number(address, "bus", &bus) || !read_number(address, "slot", &number))
			return true;
		if (domain == 0 && bus == 0 && number == slot)
			return true;
	}
	return false;
}

/*
 * QEMU's own -device arguments, which libvirt hands through unread: addr=2.0,
 * addr=0x02 and "addr":"0x2" are all slot 2. The bus is not looked at: a slot
 * that is free by mistake stops the guest, one that is taken by mistake does
 * not matter.
 */
static bool argument_takes_slot(const char *argument, unsigned int slot)
{
	const char *at = argument;

	while ((at = strstr(at, "addr")) != NULL) {
		char *end = NULL;
		unsigned long number;

		at += strlen("addr");
		at += strspn(at, "\"'=: ");
		number = strtoul(at, &end, 16);
		if (end != at && number == slot)
			return true;
	}
	return false;
}

static char *find_argument_in(const xmlNode *commandline,
			      bool (*is_wanted)(const char *argument, unsigned int slot),
			      unsigned int slot)
{
	for (const xmlNode *arg = commandline->children; arg != NULL; arg = arg->next) {
		BASE_AUTO(free) char *value = NULL;

		if (arg->type == XML_ELEMENT_NODE)
			value = xmlpatch_document_get(arg, "value");
		if (value != NULL && is_wanted(value, slot))
			return BASE_STEAL_PTR(value);
	}
	return NULL;
}

/* Looks through <qemu:commandline>; what it finds is to free(). */
static char *find_argument(const xmlNode *root,
			   bool (*is_wanted)(const char *argument, unsigned int slot),
			   unsigned int slot)
{
	char *found = NULL;

	for (const xmlNode *node = root->children; node != NULL && found == NULL;
	     node = node->next) {
		if (node->type == XML_ELEMENT_NODE &&
		    strcmp((const char *)node->name, "commandline") == 0)
			found = find_argument_in(node, is_wanted, slot);
	}
	return found;
}

static bool commandline_takes_slot(const xmlNode *root, unsigned int slot)
{
	BASE_AUTO(free) char *found = find_argument(root, argument_takes_slot, slot);

	return found != NULL;
}

/* QEMU takes one dash or two. */
static bool argument_is_display(const char *argument, unsigned int slot)
{
	static const char *const names[] = { "-display", "-vnc", "-spice",
					     "-sdl",	 "-gtk", "-nographic" };

	(void)slot;
	if (begins(argument, "--"))
		argument++;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(argument, names[i]) == 0)
			return true;
	}
	return false;
}

char *xmlpatch_guest_find_display_argument(const struct xmlpatch_guest *guest)
{
	return find_argument(guest->root, argument_is_display, 0);
}

/* Video devices do not count, for they make room. */
static bool device_takes_slot(const xmlNode *devices, unsigned int slot)
{
	const xmlNode *device = devices == NULL ? NULL : devices->children;

	for (; device != NULL; device = device->next) {
		if (device->type == XML_ELEMENT_NODE && !xmlpatch_document_is(device, "video") &&
		    is_at_slot(device, slot))
			return true;
	}
	return false;
}

unsigned int xmlpatch_guest_choose_slot(const struct xmlpatch_guest *guest)
{
	/* Guests of old expect an integrated GPU there. */
	const unsigned int wanted = 2;
	/* No chipset has anything of its own at these. */
	const unsigned int first = 0x10, last = 0x17;

	if (device_takes_slot(guest->devices, wanted))
		return 0;
	if (!commandline_takes_slot(guest->root, wanted))
		return wanted;
	for (unsigned int slot = first; slot <= last; slot++) {
		if (!device_takes_slot(guest->devices, slot) &&
		    !commandline_takes_slot(guest->root, slot))
			return slot;
	}
	return 0;
}
