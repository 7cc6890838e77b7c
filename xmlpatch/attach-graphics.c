/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define note(attach, err, ...) xmlpatch_result_note(&(attach)->result, err, __VA_ARGS__)

static bool is_one_of(const char *text, const char *const *names)
{
	while (text != NULL && *names != NULL && strcmp(text, *names) != 0)
		names++;
	return text != NULL && *names != NULL;
}

/*
 * Once the D-Bus display owns a console's GL, QEMU's console_compatible_with()
 * stops the start for any other display ("Display vnc is incompatible with the
 * GL context"); and of SDL, egl-headless and D-Bus, each a -display, it obeys
 * the last one only.
 */
static int clear_graphics(struct xmlpatch_attach *attach, struct base_error *err)
{
	static const char *const rivals[] = { "vnc", "spice", "sdl", "egl-headless", NULL };
	xmlNode *graphics = xmlpatch_document_child(attach->guest.devices, "graphics");

	for (; graphics != NULL; graphics = xmlpatch_document_next(graphics, "graphics")) {
		BASE_AUTO(free) char *type = xmlpatch_document_get(graphics, "type");

		if (!is_one_of(type, rivals))
			continue;
		xmlpatch_edits_remove(&attach->edits, graphics);
		if (note(attach, err, XMLPATCH_GRAPHICS_REMOVED,
			 "removed the display %s, which QEMU cannot have beside a D-Bus display "
			 "with GL",
			 type) < 0)
			return -1;
	}
	return 0;
}

/* libvirt refuses what talks to SPICE in a domain that has no SPICE display. */
static int remove_spice_device(struct xmlpatch_attach *attach, const xmlNode *device,
			       struct base_error *err)
{
	xmlNode *target = xmlpatch_document_child(device, "target");
	BASE_AUTO(free) char *name = xmlpatch_document_get(target, "name");

	xmlpatch_edits_remove(&attach->edits, device);
	return note(attach, err, XMLPATCH_DEVICE_REMOVED,
		    "removed the %s%s%.40s, which works with SPICE only",
		    (const char *)device->name, name == NULL ? "" : " ", name == NULL ? "" : name);
}

static int silence_spice(struct xmlpatch_attach *attach, const xmlNode *audio,
			 struct base_error *err)
{
	xmlpatch_edits_set(&attach->edits, audio, "type", "none");
	return note(attach, err, XMLPATCH_AUDIO_CHANGED,
		    "turned the sound, which went to SPICE, to none");
}

static int clear_spice_devices(struct xmlpatch_attach *attach, struct base_error *err)
{
	static const char *const names[] = { "channel",	 "redirdev", "smartcard", "serial",
					     "parallel", "console",  NULL };
	static const char *const backends[] = { "spicevmc", "spiceport", NULL };
	const xmlNode *devices = attach->guest.devices;
	const xmlNode *device = devices == NULL ? NULL : devices->children;

	for (; device != NULL; device = device->next) {
		BASE_AUTO(free) char *type = NULL;
		int status = 0;

		if (device->type != XML_ELEMENT_NODE || device->ns != NULL)
			continue;
		type = xmlpatch_document_get(device, "type");
		if (is_one_of((const char *)device->name, names) && is_one_of(type, backends))
			status = remove_spice_device(attach, device, err);
		else if (xmlpatch_document_is(device, "audio") && type != NULL &&
			 strcmp(type, "spice") == 0)
			status = silence_spice(attach, device, err);
		if (status < 0)
			return -1;
	}
	return 0;
}

static xmlNode *find_dbus(const struct xmlpatch_attach *attach, const xmlNode *after)
{
	xmlNode *graphics = after != NULL
				    ? xmlpatch_document_next(after, "graphics")
				    : xmlpatch_document_child(attach->guest.devices, "graphics");

	while (graphics != NULL && !xmlpatch_document_has(graphics, "type", "dbus"))
		graphics = xmlpatch_document_next(graphics, "graphics");
	return graphics;
}

static char *gl_fragment(const struct xmlpatch_attach *attach)
{
	char *fragment = NULL;

	if (asprintf(&fragment, "<gl enable='yes'%s%s%s/>",
		     attach->rendernode == NULL ? "" : " rendernode='",
		     attach->rendernode == NULL ? "" : attach->rendernode,
		     attach->rendernode == NULL ? "" : "'") < 0)
		return NULL;
	return fragment;
}

/* A bus address and peer to peer exclude each other. */
static int keep_p2p(struct xmlpatch_attach *attach, const xmlNode *graphics, struct base_error *err)
{
	if (xmlpatch_document_has(graphics, "p2p", "yes"))
		return 0;
	xmlpatch_edits_unset(&attach->edits, graphics, "address");
	xmlpatch_edits_set(&attach->edits, graphics, "p2p", "yes");
	return note(attach, err, XMLPATCH_GRAPHICS_CHANGED, "made the D-Bus display peer to peer");
}

static int keep_gl(struct xmlpatch_attach *attach, const xmlNode *graphics, struct base_error *err)
{
	const char *node = attach->wishes->rendernode;
	xmlNode *gl = xmlpatch_document_child(graphics, "gl");
	bool is_on = xmlpatch_document_has(gl, "enable", "yes");

	if (is_on && (node == NULL || xmlpatch_document_has(gl, "rendernode", node)))
		return 0;
	if (gl == NULL) {
		BASE_AUTO(free) char *fragment = gl_fragment(attach);

		if (fragment == NULL)
			return base_error_errno(err, ENOMEM, "cannot change the XML");
		xmlpatch_edits_append(&attach->edits, graphics, fragment);
	} else {
		if (!is_on)
			xmlpatch_edits_set(&attach->edits, gl, "enable", "yes");
		if (node != NULL)
			xmlpatch_edits_set(&attach->edits, gl, "rendernode", node);
	}
	return note(attach, err, XMLPATCH_GRAPHICS_CHANGED, "set the GL of the D-Bus display to %s",
		    node == NULL ? "on" : node);
}

static int add_dbus(struct xmlpatch_attach *attach, struct base_error *err)
{
	BASE_AUTO(free) char *gl = gl_fragment(attach);
	BASE_AUTO(free) char *fragment = NULL;

	if (gl == NULL ||
	    asprintf(&fragment, "<graphics type='dbus' p2p='yes'>\n\t%s\n</graphics>", gl) < 0) {
		fragment = NULL;
		return base_error_errno(err, ENOMEM, "cannot change the XML");
	}
	if (xmlpatch_attach_add(attach, err, fragment) < 0)
		return -1;
	return note(attach, err, XMLPATCH_GRAPHICS_ADDED, "added a D-Bus display with GL on %s",
		    attach->wishes->rendernode == NULL ? "the render node that libvirt chooses"
						       : attach->wishes->rendernode);
}

/* libvirt's arguments come first, so these would win over the D-Bus display. */
static int refuse_display_argument(const struct xmlpatch_attach *attach, struct base_error *err)
{
	BASE_AUTO(free) char *argument = xmlpatch_guest_find_display_argument(&attach->guest);

	if (argument == NULL)
		return 0;
	return base_error_set(err, BASE_FAILED,
			      "the domain's <qemu:commandline> has %s, which QEMU cannot have "
			      "beside a D-Bus display: take it out first",
			      argument);
}

int xmlpatch_attach_put_graphics(struct xmlpatch_attach *attach, struct base_error *err)
{
	xmlNode *dbus = find_dbus(attach, NULL);

	if (refuse_display_argument(attach, err) < 0)
		return -1;
	if (dbus != NULL && find_dbus(attach, dbus) != NULL)
		return base_error_set(err, BASE_FAILED,
				      "the domain has two D-Bus displays: take one <graphics "
				      "type='dbus'> out");
	if (clear_graphics(attach, err) < 0 || clear_spice_devices(attach, err) < 0)
		return -1;
	if (dbus == NULL)
		return add_dbus(attach, err);
	return keep_p2p(attach, dbus, err) < 0 ? -1 : keep_gl(attach, dbus, err);
}
