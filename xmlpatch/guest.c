/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/guest.h"

#include <stdlib.h>
#include <string.h>

#include "xmlpatch/text.h"

/*
 * The x86 machines with a PCI bus 0: i440fx under the names that libvirt's
 * qemuDomainMachineIsI440FX() knows, Ubuntu's aliases, and q35.
 */
static bool machine_has_pci(const char *machine)
{
	static const char *const names[] = { "pc", "q35", "ubuntu", "ubuntu-q35", NULL };

	return xmlpatch_text_is_one_of(machine, names) || strncmp(machine, "pc-", 3) == 0 ||
	       strncmp(machine, "rhel", 4) == 0;
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
				      "virtual machine can have a vGPU");
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
		return base_error_set(
			err, BASE_FAILED,
			"the domain's type is %.40s: only kvm and qemu domains can have a vGPU",
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
				      "the domain has <devices> twice: merge them into one");
	*guest = (struct xmlpatch_guest){ .document = document, .root = root, .devices = devices };
	return 0;
}
