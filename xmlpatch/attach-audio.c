/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach-audio.h"

#include <stdlib.h>
#include <string.h>

#include "xmlpatch/text.h"

/*
 * Sound goes out through an <audio> backend. The types spice and dbus need the display of
 * that name, and libvirt writes "none" where it has nothing better. Any other type, such as
 * pulseaudio, was somebody's choice and stays.
 */
static const char *new_type(const struct xmlpatch_attach *attach, const char *type, bool has_sound)
{
	bool is_dbus = strcmp(type, "dbus") == 0;
	bool is_spice = strcmp(type, "spice") == 0;

	switch (attach->wishes->display) {
	case XMLPATCH_DISPLAY_DBUS:
		if (has_sound && (is_spice || strcmp(type, "none") == 0))
			return "dbus";
		return is_spice ? "none" : type;
	case XMLPATCH_DISPLAY_SPICE:
		return is_dbus ? "spice" : type;
	default:
		return is_dbus || (is_spice && !attach->keeps_spice) ? "none" : type;
	}
}

static int redirect_audio(struct xmlpatch_attach *attach, const xmlNode *audio, const char *from,
			  const char *to, struct base_error *err)
{
	if (strcmp(from, to) == 0)
		return 0;
	xmlpatch_edits_set(&attach->edits, audio, "type", to);
	return xmlpatch_attach_note(attach, err, "changed the sound output from %s to %s", from,
				    to);
}

/* The backend's id; to free(). NULL if it is not a number of at most three digits. */
static char *read_id(const xmlNode *audio)
{
	BASE_AUTO(free) char *id = xmlpatch_document_get(audio, "id");
	size_t digits = id == NULL ? 0 : strspn(id, "0123456789");

	return digits > 0 && digits < 4 && id[digits] == '\0' ? BASE_STEAL_PTR(id) : NULL;
}

static int add_dbus_backend(struct xmlpatch_attach *attach, char **id, struct base_error *err)
{
	*id = strdup("1");
	if (*id == NULL)
		return xmlpatch_text_no_memory(err);
	if (xmlpatch_attach_add(&attach->added, err, "<audio id='1' type='dbus'/>") < 0)
		return -1;
	return xmlpatch_attach_note(attach, err, "added an audio backend on D-Bus");
}

/*
 * libvirt adds a backend for a SPICE or VNC display, whether there is sound or not. A detach
 * would not know of it and leave it, and libvirt refuses a backend of the type spice without
 * a SPICE display. So the same backend is added here.
 */
static int add_implicit_backend(struct xmlpatch_attach *attach, struct base_error *err)
{
	const xmlNode *devices = attach->guest.devices;
	bool is_spice = attach->wishes->display == XMLPATCH_DISPLAY_SPICE;

	if ((!is_spice && attach->wishes->display != XMLPATCH_DISPLAY_VNC) ||
	    xmlpatch_document_find(devices, "graphics", "type", "spice") != NULL ||
	    (!is_spice && xmlpatch_document_find(devices, "graphics", "type", "vnc") != NULL))
		return 0;
	if (xmlpatch_attach_add(&attach->added, err, "<audio id='1' type='%s'/>",
				is_spice ? "spice" : "none") < 0)
		return -1;
	return xmlpatch_attach_note(
		attach, err,
		"added the audio backend %s, so that libvirt does not add one of its own",
		is_spice ? "on SPICE" : "none");
}

int xmlpatch_attach_put_audio(struct xmlpatch_attach *attach, char **id, struct base_error *err)
{
	const xmlNode *devices = attach->guest.devices;
	const xmlNode *first = xmlpatch_document_child(devices, "audio");
	/* QEMU can have only one backend on D-Bus. */
	bool wants_dbus = id != NULL && xmlpatch_document_child(devices, "sound") != NULL &&
			  xmlpatch_document_find(devices, "audio", "type", "dbus") == NULL;

	for (const xmlNode *audio = first; audio != NULL;
	     audio = xmlpatch_document_next(audio, "audio")) {
		BASE_AUTO(free) char *type = xmlpatch_document_get(audio, "type");
		const char *to;

		if (type == NULL)
			continue;
		to = new_type(attach, type, wants_dbus);
		if (redirect_audio(attach, audio, type, to, err) < 0)
			return -1;
		if (id != NULL && *id == NULL && strcmp(to, "dbus") == 0) {
			*id = read_id(audio);
			wants_dbus = false;
		}
	}
	if (first != NULL)
		return 0;
	return wants_dbus ? add_dbus_backend(attach, id, err) : add_implicit_backend(attach, err);
}
