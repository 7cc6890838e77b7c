/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach-graphics.h"

#include <stdlib.h>

#include "xmlpatch/attach-audio.h"
#include "xmlpatch/attach-spice.h"
#include "xmlpatch/text.h"

/*
 * Once a display owns the GL context of a console, QEMU refuses to start with a display of
 * another kind (console_compatible_with(): "Display vnc is incompatible with the GL
 * context"). SDL, egl-headless, D-Bus and GTK are all -display, of which QEMU obeys only the
 * last one.
 */
static const struct mode {
	const char *stays[4];
	const char *called; /* what the others cannot be combined with */
} modes[] = {
	[XMLPATCH_DISPLAY_DBUS] = { { "dbus" }, "a D-Bus display with GL" },
	[XMLPATCH_DISPLAY_GTK] = { { "egl-headless" }, "a GTK window with GL" },
	[XMLPATCH_DISPLAY_SPICE] = { { "spice" }, "a SPICE display with GL" },
	[XMLPATCH_DISPLAY_VNC] = { { "vnc", "egl-headless", "spice" }, "egl-headless" },
};

static xmlNode *find_display(const struct xmlpatch_attach *attach, const char *type)
{
	return xmlpatch_document_find(attach->guest.devices, "graphics", "type", type);
}

static int remove_other_displays(struct xmlpatch_attach *attach, struct base_error *err)
{
	static const char *const known[] = { "vnc", "spice", "sdl", "egl-headless", "dbus", NULL };
	const struct mode *mode = &modes[attach->wishes->display];
	xmlNode *graphics = xmlpatch_document_child(attach->guest.devices, "graphics");

	for (; graphics != NULL; graphics = xmlpatch_document_next(graphics, "graphics")) {
		BASE_AUTO(free) char *type = xmlpatch_document_get(graphics, "type");

		if (!xmlpatch_text_is_one_of(type, known) ||
		    xmlpatch_text_is_one_of(type, mode->stays))
			continue;
		xmlpatch_edits_remove(&attach->edits, graphics);
		if (xmlpatch_attach_note(attach, err,
					 "removed the display %s, which cannot be combined with %s",
					 type, mode->called) < 0)
			return -1;
	}
	return 0;
}

/* libvirt accepts one display of each type. */
static int refuse_two_of_a_type(const struct xmlpatch_attach *attach, struct base_error *err)
{
	const char *const *types = modes[attach->wishes->display].stays;

	for (; *types != NULL; types++) {
		if (xmlpatch_document_find_next(find_display(attach, *types), "graphics", "type",
						*types) != NULL)
			return base_error_set(err, BASE_FAILED,
					      "the domain has two displays of the type %s: remove "
					      "one <graphics type='%s'>",
					      *types, *types);
	}
	return 0;
}

/* Appends a <gl>, in which `attributes` come first, to a fragment. */
static int add_gl(const struct xmlpatch_attach *attach, char **fragment, const char *attributes,
		  struct base_error *err)
{
	const char *node = attach->rendernode;

	return xmlpatch_attach_add(fragment, err, "<gl%s%s%s%s/>", attributes,
				   node == NULL ? "" : " rendernode='", node == NULL ? "" : node,
				   node == NULL ? "" : "'");
}

/* A D-Bus display has the address of a bus or is peer to peer, never both. */
static int make_p2p(struct xmlpatch_attach *attach, const xmlNode *graphics, struct base_error *err)
{
	if (xmlpatch_document_has(graphics, "p2p", "yes"))
		return 0;
	xmlpatch_edits_unset(&attach->edits, graphics, "address");
	xmlpatch_edits_set(&attach->edits, graphics, "p2p", "yes");
	return xmlpatch_attach_note(attach, err, "made the D-Bus display peer to peer");
}

static int note_gl(struct xmlpatch_attach *attach, const char *type, struct base_error *err)
{
	return xmlpatch_attach_note(
		attach, err, "set the GL of the display %s to %s", type,
		attach->wishes->rendernode == NULL ? "on" : attach->wishes->rendernode);
}

/*
 * Turns on the <gl> of a display that the domain already has. A <gl> that is missing is
 * added to *children, a fragment. egl-headless always has GL and no attribute "enable".
 */
static int keep_gl(struct xmlpatch_attach *attach, const xmlNode *graphics, bool has_enable,
		   char **children, struct base_error *err)
{
	const char *node = attach->wishes->rendernode;
	xmlNode *gl = xmlpatch_document_child(graphics, "gl");
	bool is_on = !has_enable || xmlpatch_document_has(gl, "enable", "yes");
	BASE_AUTO(free) char *type = xmlpatch_document_get(graphics, "type");

	if (is_on && (node == NULL || xmlpatch_document_has(gl, "rendernode", node)))
		return 0;
	if (gl != NULL) {
		if (!is_on)
			xmlpatch_edits_set(&attach->edits, gl, "enable", "yes");
		if (node != NULL)
			xmlpatch_edits_set(&attach->edits, gl, "rendernode", node);
		return note_gl(attach, type, err);
	}
	if (add_gl(attach, children, has_enable ? " enable='yes'" : "", err) < 0)
		return -1;
	return note_gl(attach, type, err);
}

static int link_audio(struct xmlpatch_attach *attach, const xmlNode *graphics, const char *id,
		      char **children, struct base_error *err)
{
	const xmlNode *audio = xmlpatch_document_child(graphics, "audio");

	if (id == NULL || xmlpatch_document_has(audio, "id", id))
		return 0;
	if (audio != NULL)
		xmlpatch_edits_set(&attach->edits, audio, "id", id);
	else if (xmlpatch_attach_add(children, err, "<audio id='%s'/>", id) < 0)
		return -1;
	return xmlpatch_attach_note(attach, err,
				    "connected the guest's sound to the D-Bus display");
}

static const char *describe_node(const struct xmlpatch_attach *attach)
{
	return attach->wishes->rendernode == NULL ? "the render node that libvirt chooses"
						  : attach->wishes->rendernode;
}

static int add_dbus_display(struct xmlpatch_attach *attach, const char *id, struct base_error *err)
{
	BASE_AUTO(free) char *gl = NULL;

	if (add_gl(attach, &gl, " enable='yes'", err) < 0 ||
	    xmlpatch_attach_add(&attach->added, err,
				"<graphics type='dbus' p2p='yes'>\n\t%s%s%s%s\n</graphics>", gl,
				id == NULL ? "" : "\n\t<audio id='", id == NULL ? "" : id,
				id == NULL ? "" : "'/>") < 0)
		return -1;
	return xmlpatch_attach_note(attach, err, "added a D-Bus display with GL on %s",
				    describe_node(attach));
}

static int put_dbus(struct xmlpatch_attach *attach, struct base_error *err)
{
	xmlNode *dbus = find_display(attach, "dbus");
	BASE_AUTO(free) char *id = NULL;
	BASE_AUTO(free) char *children = NULL;

	if (xmlpatch_attach_put_audio(attach, &id, err) < 0)
		return -1;
	if (dbus == NULL)
		return add_dbus_display(attach, id, err);
	if (make_p2p(attach, dbus, err) < 0 || keep_gl(attach, dbus, true, &children, err) < 0 ||
	    link_audio(attach, dbus, id, &children, err) < 0)
		return -1;
	if (children != NULL)
		xmlpatch_edits_append(&attach->edits, dbus, children);
	return 0;
}

/*
 * egl-headless draws the picture for VNC. For GTK it is only needed so that libvirt accepts
 * the vGPU's display and gives QEMU the render node; QEMU's own argument -display gtk, which
 * comes later, wins over it.
 */
static int put_egl_headless(struct xmlpatch_attach *attach, struct base_error *err)
{
	xmlNode *graphics = find_display(attach, "egl-headless");
	BASE_AUTO(free) char *children = NULL;
	BASE_AUTO(free) char *gl = NULL;

	if (graphics != NULL) {
		if (keep_gl(attach, graphics, false, &children, err) < 0)
			return -1;
		if (children != NULL)
			xmlpatch_edits_append(&attach->edits, graphics, children);
		return 0;
	}
	if (attach->rendernode != NULL && add_gl(attach, &gl, "", err) < 0)
		return -1;
	if (xmlpatch_attach_add(&attach->added, err, "<graphics type='egl-headless'%s%s%s",
				gl == NULL ? "" : ">\n\t", gl == NULL ? "" : gl,
				gl == NULL ? "/>" : "\n</graphics>") < 0)
		return -1;
	return xmlpatch_attach_note(attach, err, "added an egl-headless display on %s",
				    describe_node(attach));
}

static bool is_local_spice(const xmlNode *spice)
{
	const xmlNode *listen = xmlpatch_document_child(spice, "listen");

	return xmlpatch_document_has(listen, "type", "none") ||
	       xmlpatch_document_has(listen, "type", "socket");
}

/* QEMU: "SPICE GL support is local-only for now and incompatible with -spice port". */
static int make_spice_local(struct xmlpatch_attach *attach, const xmlNode *spice, char **children,
			    struct base_error *err)
{
	static const char *const remote[] = { "port", "tlsPort", "autoport", "listen" };
	const xmlNode *first = xmlpatch_document_child(spice, "listen");

	if (is_local_spice(spice))
		return 0;
	for (size_t i = 0; i < sizeof(remote) / sizeof(*remote); i++)
		xmlpatch_edits_unset(&attach->edits, spice, remote[i]);
	for (const xmlNode *listen = first; listen != NULL;
	     listen = xmlpatch_document_next(listen, "listen")) {
		if (listen == first)
			xmlpatch_edits_replace(&attach->edits, listen, "<listen type='none'/>");
		else
			xmlpatch_edits_remove(&attach->edits, listen);
	}
	if (first == NULL && xmlpatch_attach_add(children, err, "<listen type='none'/>") < 0)
		return -1;
	return xmlpatch_attach_note(attach, err,
				    "made the SPICE display local, because GL needs that");
}

static int put_spice(struct xmlpatch_attach *attach, struct base_error *err)
{
	xmlNode *spice = find_display(attach, "spice");
	BASE_AUTO(free) char *gl = NULL;
	BASE_AUTO(free) char *children = NULL;

	if (spice != NULL) {
		if (make_spice_local(attach, spice, &children, err) < 0 ||
		    keep_gl(attach, spice, true, &children, err) < 0)
			return -1;
		if (children != NULL)
			xmlpatch_edits_append(&attach->edits, spice, children);
		return 0;
	}
	if (add_gl(attach, &gl, " enable='yes'", err) < 0 ||
	    xmlpatch_attach_add(&attach->added, err,
				"<graphics type='spice'>\n\t<listen type='none'/>\n\t%s\n"
				"</graphics>",
				gl) < 0)
		return -1;
	return xmlpatch_attach_note(attach, err, "added a local SPICE display with GL on %s",
				    describe_node(attach));
}

static int put_vnc(struct xmlpatch_attach *attach, struct base_error *err)
{
	xmlNode *gl = xmlpatch_document_child(find_display(attach, "spice"), "gl");

	if (xmlpatch_document_has(gl, "enable", "yes")) {
		xmlpatch_edits_set(&attach->edits, gl, "enable", "no");
		if (xmlpatch_attach_note(attach, err,
					 "turned off the GL of the SPICE display, which cannot be "
					 "combined with VNC") < 0)
			return -1;
	}
	if (find_display(attach, "vnc") == NULL) {
		if (xmlpatch_attach_add(&attach->added, err,
					"<graphics type='vnc' port='-1' autoport='yes' "
					"listen='127.0.0.1'>\n"
					"\t<listen type='address' address='127.0.0.1'/>\n"
					"</graphics>") < 0 ||
		    xmlpatch_attach_note(attach, err, "added a VNC display for this machine only") <
			    0)
			return -1;
	}
	/* VNC does not accept a dma-buf: console_compatible_with() in QEMU's ui/console.c. */
	if (xmlpatch_attach_advise(
		    attach, err,
		    "QEMU 7.0 and later cannot show a vGPU over VNC (\"The console requires "
		    "display DMABUF support\"): choose --display spice or dbus") < 0)
		return -1;
	return put_egl_headless(attach, err);
}

static int put_wanted_display(struct xmlpatch_attach *attach, struct base_error *err)
{
	switch (attach->wishes->display) {
	case XMLPATCH_DISPLAY_DBUS:
		return put_dbus(attach, err);
	case XMLPATCH_DISPLAY_GTK:
		return put_egl_headless(attach, err);
	case XMLPATCH_DISPLAY_SPICE:
		return put_spice(attach, err);
	case XMLPATCH_DISPLAY_VNC:
		return put_vnc(attach, err);
	case XMLPATCH_DISPLAY_NONE:
		break;
	}
	return 0;
}

int xmlpatch_attach_put_graphics(struct xmlpatch_attach *attach, struct base_error *err)
{
	const enum xmlpatch_display display = attach->wishes->display;

	if (display == XMLPATCH_DISPLAY_NONE)
		return 0;
	attach->keeps_spice =
		display == XMLPATCH_DISPLAY_SPICE ||
		(display == XMLPATCH_DISPLAY_VNC && find_display(attach, "spice") != NULL);
	if (refuse_two_of_a_type(attach, err) < 0 || remove_other_displays(attach, err) < 0)
		return -1;
	if (!attach->keeps_spice && xmlpatch_attach_clear_spice(attach, err) < 0)
		return -1;
	if (display != XMLPATCH_DISPLAY_DBUS && xmlpatch_attach_put_audio(attach, NULL, err) < 0)
		return -1;
	return put_wanted_display(attach, err);
}
