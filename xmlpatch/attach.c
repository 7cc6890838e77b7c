/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/name.h"
#include "xmlpatch/edit.h"
#include "xmlpatch/guest.h"
#include "xmlpatch/result.h"

/*
 * Goal: the guest draws with the vGPU only, from its firmware on, and the
 * picture goes out through one D-Bus display with GL.
 *
 *	<hostdev type='mdev' display='on' ramfb='on'>	the vGPU; ramfb shows the
 *							firmware until the driver runs
 *	<graphics type='dbus' p2p='yes'><gl .../>	its picture
 *	<video><model type='none'/></video>		no second picture beside it
 *
 * Other displays go, and with SPICE what needs it: see clear_graphics().
 *
 * What is new is gathered in `added` and appended to <devices> in one piece;
 * what is there already is changed where it stands.
 */
struct attach {
	const struct xmlpatch_wishes *wishes;
	char uuid[BASE_UUID_SIZE];
	char *rendernode; /* escaped for XML, owned; NULL without the wish */
	struct xmlpatch_document document;
	struct xmlpatch_guest guest;
	struct xmlpatch_edits edits;
	char *added; /* a fragment, owned */
	struct xmlpatch_result result;
};

static void finish(struct attach *attach)
{
	free(attach->rendernode);
	free(attach->added);
	xmlpatch_edits_finish(&attach->edits);
	xmlpatch_document_finish(&attach->document);
	xmlpatch_result_finish(&attach->result);
}

BASE_DEFINE_CLEANUP(attach, struct attach, finish)

#define note(attach, err, ...) xmlpatch_result_note(&(attach)->result, err, __VA_ARGS__)

static int add(struct attach *attach, struct base_error *err, const char *fragment)
{
	char *grown = NULL;

	if (asprintf(&grown, "%s%s%s", attach->added == NULL ? "" : attach->added,
		     attach->added == NULL ? "" : "\n", fragment) < 0)
		return base_error_errno(err, ENOMEM, "cannot change the XML");
	free(attach->added);
	attach->added = grown;
	return 0;
}

static int read_wishes(struct attach *attach, struct base_error *err)
{
	const char *node = attach->wishes->rendernode;

	if (!base_name_parse_uuid(attach->wishes->uuid, attach->uuid))
		return base_error_set(err, BASE_MISUSED,
				      "%s is not a UUID: it has 36 characters, as in "
				      "c0ffee00-0000-4000-8000-000000000001",
				      attach->wishes->uuid);
	if (node == NULL)
		return 0;
	if (*node != '/')
		return base_error_set(err, BASE_MISUSED,
				      "render node %s is not an absolute path like "
				      "/dev/dri/renderD128",
				      node);
	for (const char *p = node; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			return base_error_set(err, BASE_MISUSED,
					      "render node %s has a character that is not "
					      "printable ASCII",
					      node);
	}
	attach->rendernode = xmlpatch_edit_escape(node);
	if (attach->rendernode == NULL)
		return base_error_errno(err, ENOMEM, "cannot change the XML");
	return 0;
}

static bool needs_ramfb(const struct attach *attach)
{
	xmlNode *hostdev = xmlpatch_document_child(attach->guest.devices, "hostdev");

	for (; hostdev != NULL; hostdev = xmlpatch_document_next(hostdev, "hostdev")) {
		if (xmlpatch_document_has(hostdev, "ramfb", "on"))
			return false;
	}
	return true;
}

/* QEMU shows one vGPU; i915 gives a guest no second one. */
static int refuse_other_display(const struct attach *attach, const xmlNode *ours,
				struct base_error *err)
{
	xmlNode *hostdev = xmlpatch_document_child(attach->guest.devices, "hostdev");

	for (; hostdev != NULL; hostdev = xmlpatch_document_next(hostdev, "hostdev")) {
		xmlNode *source = xmlpatch_document_child(hostdev, "source");
		BASE_AUTO(free) char *uuid = NULL;

		if (hostdev == ours || !xmlpatch_document_has(hostdev, "type", "mdev") ||
		    !xmlpatch_document_has(hostdev, "display", "on"))
			continue;
		uuid = xmlpatch_document_get(xmlpatch_document_child(source, "address"), "uuid");
		return base_error_set(err, BASE_FAILED,
				      "the domain shows another vGPU already, %.64s: take that "
				      "<hostdev> out first",
				      uuid == NULL ? "one without a UUID" : uuid);
	}
	return 0;
}

static int keep_vgpu(struct attach *attach, const xmlNode *hostdev, struct base_error *err)
{
	BASE_AUTO(free) char *ramfb = xmlpatch_document_get(hostdev, "ramfb");

	if (xmlpatch_guest_find_mdev(&attach->guest, attach->uuid, hostdev) != NULL)
		return base_error_set(err, BASE_FAILED,
				      "the domain has the vGPU %s twice: take one <hostdev> out",
				      attach->uuid);
	if (!xmlpatch_document_has(hostdev, "model", "vfio-pci"))
		return base_error_set(err, BASE_FAILED,
				      "the domain has the mdev %s, but not as vfio-pci: take that "
				      "<hostdev> out first",
				      attach->uuid);
	if (!xmlpatch_document_has(hostdev, "display", "on")) {
		xmlpatch_edits_set(&attach->edits, hostdev, "display", "on");
		if (note(attach, err, XMLPATCH_VGPU_CHANGED, "turned the display of the vGPU %s on",
			 attach->uuid) < 0)
			return -1;
	}
	/* Whoever wrote ramfb='off' meant it. */
	if (ramfb != NULL || !needs_ramfb(attach))
		return 0;
	xmlpatch_edits_set(&attach->edits, hostdev, "ramfb", "on");
	return note(attach, err, XMLPATCH_VGPU_CHANGED,
		    "turned the boot display (ramfb) of the vGPU %s on", attach->uuid);
}

static char *vgpu_fragment(const struct attach *attach, unsigned int slot)
{
	BASE_AUTO(free) char *address = NULL;
	char *fragment = NULL;

	if (asprintf(&address,
		     "\n\t<address type='pci' domain='0x0000' bus='0x00' slot='0x%02x' "
		     "function='0x0'/>",
		     slot) < 0) {
		address = NULL;
		return NULL;
	}
	if (asprintf(&fragment,
		     "<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci' "
		     "display='on'%s>\n\t<source>\n\t\t<address uuid='%s'/>\n\t</source>%s\n"
		     "</hostdev>",
		     needs_ramfb(attach) ? " ramfb='on'" : "", attach->uuid,
		     slot == 0 ? "" : address) < 0)
		return NULL;
	return fragment;
}

static int add_vgpu(struct attach *attach, struct base_error *err)
{
	unsigned int slot = xmlpatch_guest_choose_slot(&attach->guest);
	BASE_AUTO(free) char *fragment = vgpu_fragment(attach, slot);

	if (fragment == NULL)
		return base_error_errno(err, ENOMEM, "cannot change the XML");
	if (add(attach, err, fragment) < 0)
		return -1;
	if (slot == 0)
		return note(attach, err, XMLPATCH_VGPU_ADDED,
			    "added the vGPU %s at a PCI address that libvirt chooses, for 00:02.0 "
			    "is taken",
			    attach->uuid);
	return note(attach, err, XMLPATCH_VGPU_ADDED, "added the vGPU %s at 00:%02x.0",
		    attach->uuid, slot);
}

static int put_vgpu(struct attach *attach, struct base_error *err)
{
	xmlNode *hostdev = xmlpatch_guest_find_mdev(&attach->guest, attach->uuid, NULL);

	if (refuse_other_display(attach, hostdev, err) < 0)
		return -1;
	return hostdev != NULL ? keep_vgpu(attach, hostdev, err) : add_vgpu(attach, err);
}

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
static int clear_graphics(struct attach *attach, struct base_error *err)
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
static int remove_spice_device(struct attach *attach, const xmlNode *device, struct base_error *err)
{
	xmlNode *target = xmlpatch_document_child(device, "target");
	BASE_AUTO(free) char *name = xmlpatch_document_get(target, "name");

	xmlpatch_edits_remove(&attach->edits, device);
	return note(attach, err, XMLPATCH_DEVICE_REMOVED,
		    "removed the %s%s%.40s, which works with SPICE only",
		    (const char *)device->name, name == NULL ? "" : " ", name == NULL ? "" : name);
}

static int silence_spice(struct attach *attach, const xmlNode *audio, struct base_error *err)
{
	xmlpatch_edits_set(&attach->edits, audio, "type", "none");
	return note(attach, err, XMLPATCH_AUDIO_CHANGED,
		    "turned the sound, which went to SPICE, to none");
}

static int clear_spice_devices(struct attach *attach, struct base_error *err)
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

static xmlNode *find_dbus(const struct attach *attach, const xmlNode *after)
{
	xmlNode *graphics = after != NULL
				    ? xmlpatch_document_next(after, "graphics")
				    : xmlpatch_document_child(attach->guest.devices, "graphics");

	while (graphics != NULL && !xmlpatch_document_has(graphics, "type", "dbus"))
		graphics = xmlpatch_document_next(graphics, "graphics");
	return graphics;
}

static char *gl_fragment(const struct attach *attach)
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
static int keep_p2p(struct attach *attach, const xmlNode *graphics, struct base_error *err)
{
	if (xmlpatch_document_has(graphics, "p2p", "yes"))
		return 0;
	xmlpatch_edits_unset(&attach->edits, graphics, "address");
	xmlpatch_edits_set(&attach->edits, graphics, "p2p", "yes");
	return note(attach, err, XMLPATCH_GRAPHICS_CHANGED, "made the D-Bus display peer to peer");
}

static int keep_gl(struct attach *attach, const xmlNode *graphics, struct base_error *err)
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

static int add_dbus(struct attach *attach, struct base_error *err)
{
	BASE_AUTO(free) char *gl = gl_fragment(attach);
	BASE_AUTO(free) char *fragment = NULL;

	if (gl == NULL ||
	    asprintf(&fragment, "<graphics type='dbus' p2p='yes'>\n\t%s\n</graphics>", gl) < 0) {
		fragment = NULL;
		return base_error_errno(err, ENOMEM, "cannot change the XML");
	}
	if (add(attach, err, fragment) < 0)
		return -1;
	return note(attach, err, XMLPATCH_GRAPHICS_ADDED, "added a D-Bus display with GL on %s",
		    attach->wishes->rendernode == NULL ? "the render node that libvirt chooses"
						       : attach->wishes->rendernode);
}

/* libvirt's arguments come first, so these would win over the D-Bus display. */
static int refuse_display_argument(const struct attach *attach, struct base_error *err)
{
	BASE_AUTO(free) char *argument = xmlpatch_guest_find_display_argument(&attach->guest);

	if (argument == NULL)
		return 0;
	return base_error_set(err, BASE_FAILED,
			      "the domain's <qemu:commandline> has %s, which QEMU cannot have "
			      "beside a D-Bus display: take it out first",
			      argument);
}

static int put_graphics(struct attach *attach, struct base_error *err)
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

static int drop_video(struct attach *attach, const xmlNode *video, bool is_first,
		      struct base_error *err)
{
	BASE_AUTO(free)
	char *type = xmlpatch_document_get(xmlpatch_document_child(video, "model"), "type");
	const char *model = type == NULL ? "of libvirt's choice" : type;

	if (!is_first) {
		xmlpatch_edits_remove(&attach->edits, video);
		return note(attach, err, XMLPATCH_VIDEO_REMOVED,
			    "removed another video device, %.40s", model);
	}
	if (type != NULL && strcmp(type, "none") == 0)
		return 0;
	xmlpatch_edits_replace(&attach->edits, video, "<video>\n\t<model type='none'/>\n</video>");
	return note(attach, err, XMLPATCH_VIDEO_REPLACED, "replaced the video device %.40s by none",
		    model);
}

static int put_video(struct attach *attach, struct base_error *err)
{
	xmlNode *first = xmlpatch_document_child(attach->guest.devices, "video");

	for (xmlNode *video = first; video != NULL;
	     video = xmlpatch_document_next(video, "video")) {
		if (drop_video(attach, video, video == first, err) < 0)
			return -1;
	}
	if (first != NULL)
		return 0;
	if (add(attach, err, "<video>\n\t<model type='none'/>\n</video>") < 0)
		return -1;
	return note(attach, err, XMLPATCH_VIDEO_ADDED,
		    "added the video device none, or libvirt would add an emulated one");
}

/* The fragment one level deeper, inside of an element of that name. */
static char *wrap(const char *fragment, const char *name)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL)
		return NULL;
	fprintf(out, "<%s>\n\t", name);
	for (; *fragment != '\0'; fragment++) {
		fputc(*fragment, out);
		if (*fragment == '\n')
			fputc('\t', out);
	}
	fprintf(out, "\n</%s>", name);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static int append_added(struct attach *attach, struct base_error *err)
{
	BASE_AUTO(free) char *devices = NULL;

	if (attach->added == NULL)
		return 0;
	if (attach->guest.devices != NULL) {
		xmlpatch_edits_append(&attach->edits, attach->guest.devices, attach->added);
		return 0;
	}
	devices = wrap(attach->added, "devices");
	if (devices == NULL)
		return base_error_errno(err, ENOMEM, "cannot change the XML");
	xmlpatch_edits_append(&attach->edits, attach->guest.root, devices);
	return note(attach, err, XMLPATCH_DEVICES_ADDED, "added <devices>, which was missing");
}

static int patch(struct attach *attach, struct base_error *err)
{
	xmlpatch_edits_init(&attach->edits, &attach->document);
	if (put_graphics(attach, err) < 0 || put_video(attach, err) < 0 ||
	    put_vgpu(attach, err) < 0 || append_added(attach, err) < 0)
		return -1;
	attach->result.xml = xmlpatch_edits_apply(&attach->edits, &attach->result.length, err);
	return attach->result.xml == NULL ? -1 : 0;
}

int xmlpatch_attach(const char *xml, size_t length, const struct xmlpatch_wishes *wishes,
		    struct xmlpatch_result *result, struct base_error *err)
{
	BASE_AUTO(attach) struct attach attach = { .wishes = wishes };

	if (read_wishes(&attach, err) < 0 ||
	    xmlpatch_document_parse(&attach.document, xml, length, err) < 0 ||
	    xmlpatch_guest_read(&attach.guest, &attach.document, err) < 0 ||
	    patch(&attach, err) < 0)
		return -1;
	*result = attach.result;
	attach.result = (struct xmlpatch_result){ 0 };
	return 0;
}

int xmlpatch_has_vgpu(const char *xml, size_t length, const char *uuid, struct base_error *err)
{
	BASE_AUTO(xmlpatch_document) struct xmlpatch_document document = { 0 };
	struct xmlpatch_guest guest = { .document = &document };

	if (xmlpatch_document_parse(&document, xml, length, err) < 0)
		return -1;
	guest.root = xmlDocGetRootElement(document.tree);
	guest.devices = xmlpatch_document_child(guest.root, "devices");
	return xmlpatch_guest_find_mdev(&guest, uuid, NULL) != NULL;
}
