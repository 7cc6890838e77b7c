/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach-override.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/qemu.h"

/* A property of QEMU's vfio-pci device (hw/vfio/pci.c). */
struct property {
	const char *name;
	const char *type;
	char value[16];
	bool only_if_there; /* it is QEMU's default, and only corrects what is already there */
};

#define PROPERTY_COUNT 3

/* The properties that are wanted; returns their number. */
static size_t list_properties(const struct xmlpatch_wishes *wishes,
			      struct property properties[PROPERTY_COUNT])
{
	size_t n = 0;

	properties[n] = (struct property){ .name = "x-igd-opregion",
					   .type = "bool",
					   .only_if_there = !wishes->opregion };
	snprintf(properties[n++].value, sizeof(properties->value), "%s",
		 wishes->opregion ? "true" : "false");
	if (wishes->xres == 0 || wishes->display == XMLPATCH_DISPLAY_NONE)
		return n;
	properties[n] = (struct property){ .name = "xres", .type = "unsigned" };
	snprintf(properties[n++].value, sizeof(properties->value), "%u", wishes->xres);
	properties[n] = (struct property){ .name = "yres", .type = "unsigned" };
	snprintf(properties[n++].value, sizeof(properties->value), "%u", wishes->yres);
	return n;
}

bool xmlpatch_attach_needs_alias(const struct xmlpatch_attach *attach)
{
	struct property properties[PROPERTY_COUNT];
	size_t n = list_properties(attach->wishes, properties);

	for (size_t i = 0; i < n && attach->wishes->has_override; i++) {
		if (!properties[i].only_if_there)
			return true;
	}
	return false;
}

static xmlNode *find_qemu_child(const xmlNode *parent, const char *name, const char *attribute,
				const char *value)
{
	xmlNode *node = xmlpatch_qemu_child(parent, name, NULL);

	while (node != NULL && !xmlpatch_document_has(node, attribute, value))
		node = xmlpatch_qemu_child(parent, name, node);
	return node;
}

static int note_property(struct xmlpatch_attach *attach, const struct property *property,
			 struct base_error *err)
{
	return xmlpatch_attach_note(attach, err, "set QEMU's property %s of the vGPU to %s",
				    property->name, property->value);
}

static int keep_property(struct xmlpatch_attach *attach, const xmlNode *node,
			 const struct property *property, struct base_error *err)
{
	if (xmlpatch_document_has(node, "value", property->value))
		return 0;
	if (!xmlpatch_document_has(node, "type", property->type))
		xmlpatch_edits_set(&attach->edits, node, "type", property->type);
	xmlpatch_edits_set(&attach->edits, node, "value", property->value);
	return note_property(attach, property, err);
}

/* The elements around the properties, as far as the domain already has them; else NULL. */
struct target {
	const xmlNode *override, *device, *frontend;
	struct xmlpatch_qemu_prefix prefix;
};

static int find_target(struct target *target, const struct xmlpatch_attach *attach,
		       struct base_error *err)
{
	const xmlNode *into;

	target->override = xmlpatch_qemu_child(attach->guest.root, "override", NULL);
	target->device = find_qemu_child(target->override, "device", "alias", attach->alias);
	target->frontend = xmlpatch_qemu_child(target->device, "frontend", NULL);
	into = target->frontend != NULL ? target->frontend
	       : target->device != NULL ? target->device
					: target->override;
	return xmlpatch_qemu_find_prefix(&target->prefix, &attach->document, into, err);
}

static int append_properties(struct xmlpatch_attach *attach, const struct target *target,
			     char **fragment, struct base_error *err)
{
	const xmlNode *into = target->frontend;
	char alias[XMLPATCH_ALIAS_SIZE + 16];

	snprintf(alias, sizeof(alias), " alias='%s'", attach->alias);
	if (into == NULL &&
	    xmlpatch_attach_wrap(fragment, err, target->prefix.text, "frontend", "") < 0)
		return -1;
	into = into == NULL ? target->device : into;
	if (into == NULL &&
	    xmlpatch_attach_wrap(fragment, err, target->prefix.text, "device", alias) < 0)
		return -1;
	into = into == NULL ? target->override : into;
	if (into != NULL) {
		xmlpatch_edits_append(&attach->edits, into, *fragment);
		return 0;
	}
	if (xmlpatch_attach_wrap(fragment, err, target->prefix.text, "override",
				 target->prefix.declaration) < 0)
		return -1;
	return xmlpatch_attach_add(&attach->added_to_root, err, "%s", *fragment);
}

static int put_properties(struct xmlpatch_attach *attach, const struct property *properties,
			  size_t n, struct base_error *err)
{
	struct target target;
	BASE_AUTO(free) char *missing = NULL;

	if (find_target(&target, attach, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct property *property = &properties[i];
		const xmlNode *node =
			find_qemu_child(target.frontend, "property", "name", property->name);

		if (node != NULL) {
			if (keep_property(attach, node, property, err) < 0)
				return -1;
			continue;
		}
		if (property->only_if_there)
			continue;
		if (xmlpatch_attach_add(&missing, err,
					"<%sproperty name='%s' type='%s' value='%s'/>",
					target.prefix.text, property->name, property->type,
					property->value) < 0 ||
		    note_property(attach, property, err) < 0)
			return -1;
	}
	return missing == NULL ? 0 : append_properties(attach, &target, &missing, err);
}

/* Whether the domain has another vfio-pci device, to which a global setting would apply. */
static bool has_other_vfio(const struct xmlpatch_attach *attach)
{
	xmlNode *hostdev = xmlpatch_document_child(attach->guest.devices, "hostdev");

	while (hostdev != NULL &&
	       (hostdev == attach->vgpu || (!xmlpatch_document_has(hostdev, "type", "pci") &&
					    !xmlpatch_document_has(hostdev, "model", "vfio-pci"))))
		hostdev = xmlpatch_document_next(hostdev, "hostdev");
	return hostdev != NULL;
}

static bool has_argument(const struct xmlpatch_attach *attach, const char *wanted)
{
	xmlNode *arg = NULL;

	for (;;) {
		BASE_AUTO(free)
		char *value = xmlpatch_qemu_next_argument(attach->guest.root, &arg);

		if (value == NULL)
			return false;
		if (strcmp(value, wanted) == 0)
			return true;
	}
}

/*
 * libvirt before 8.2 has no <qemu:override>. A global setting reaches the device in
 * whichever form libvirt writes its -device; "-set" does not reach the JSON form.
 */
static int put_globals(struct xmlpatch_attach *attach, const struct property *properties, size_t n,
		       struct base_error *err)
{
	struct xmlpatch_qemu_prefix prefix;

	if (xmlpatch_qemu_find_prefix(&prefix, &attach->document,
				      xmlpatch_qemu_child(attach->guest.root, "commandline", NULL),
				      err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const char *value =
			strcmp(properties[i].value, "true") == 0 ? "on" : properties[i].value;
		char setting[64];

		snprintf(setting, sizeof(setting), "vfio-pci.%s=%s", properties[i].name, value);
		if (properties[i].only_if_there || has_argument(attach, setting))
			continue;
		if (has_other_vfio(attach)) {
			if (xmlpatch_attach_advise(attach, err,
						   "%s is not set: libvirt before 8.2 can set it "
						   "only for all vfio-pci devices of the domain",
						   properties[i].name) < 0)
				return -1;
			continue;
		}
		if (xmlpatch_attach_add(&attach->arguments, err,
					"<%sarg value='-global'/>\n<%sarg value='%s'/>",
					prefix.text, prefix.text, setting) < 0 ||
		    xmlpatch_attach_note(attach, err, "added the QEMU arguments -global %s",
					 setting) < 0)
			return -1;
	}
	return 0;
}

int xmlpatch_attach_put_override(struct xmlpatch_attach *attach, struct base_error *err)
{
	struct property properties[PROPERTY_COUNT];
	size_t n = list_properties(attach->wishes, properties);

	if (!attach->wishes->has_override)
		return put_globals(attach, properties, n, err);
	/* Without an alias the device has no override that could be wrong. */
	return *attach->alias == '\0' ? 0 : put_properties(attach, properties, n, err);
}
