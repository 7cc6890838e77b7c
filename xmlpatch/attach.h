/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_H
#define XMLPATCH_ATTACH_H

#include "vgpu/base/name.h"
#include "xmlpatch/edit.h"
#include "xmlpatch/guest.h"
#include "xmlpatch/pci-plan.h"
#include "xmlpatch/result.h"

/* Room for a user's alias: longer ones are not taken over. */
#define XMLPATCH_ALIAS_SIZE 48

/*
 * Goal: the guest draws with the vGPU, from its firmware on, and the picture goes
 * out in the one way that was wished for:
 *
 *	<hostdev type='mdev' display='on' ramfb='on'>	the vGPU; ramfb shows the
 *							firmware until the driver runs
 *	<graphics ...>					its picture
 *	<video><model type='none'/></video>		no second picture beside it
 *	<qemu:override>					what libvirt has no words for
 *
 * What is new is gathered in `added` and the like, and appended in one piece; what
 * is there already is changed where it stands.
 */
struct xmlpatch_attach {
	const struct xmlpatch_wishes *wishes;
	bool keeps_spice;	   /* a SPICE display stays or comes */
	enum xmlpatch_video video; /* as wished; LEAVE where the vGPU shows nothing */
	char uuid[BASE_UUID_SIZE];
	char *rendernode; /* escaped for XML, owned; NULL without the wish */
	struct xmlpatch_document document;
	struct xmlpatch_guest guest;
	struct xmlpatch_pci_plan plan;
	const xmlNode *vgpu;		 /* its hostdev; NULL: it has none yet */
	char alias[XMLPATCH_ALIAS_SIZE]; /* of its hostdev; "" if that has none of a user's */
	struct xmlpatch_edits edits;
	/* Fragments, owned: for <devices>, <domain> and <qemu:commandline>. */
	char *added;
	char *added_to_root;
	char *arguments;
	struct xmlpatch_result result;
};

#define xmlpatch_attach_note(attach, err, ...)                                                     \
	xmlpatch_result_note(&(attach)->result, err, __VA_ARGS__)
#define xmlpatch_attach_advise(attach, err, ...)                                                   \
	xmlpatch_result_advise(&(attach)->result, err, __VA_ARGS__)

/* Appends a formatted fragment to one of the fragments above; 0, or -1: no memory. */
int xmlpatch_attach_add(char **fragments, struct base_error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether the text is one of those, a list that ends with NULL. NULL is none. */
bool xmlpatch_attach_is_one_of(const char *text, const char *const *list);

/* -1 with an error if a host device is in the domain twice, which cannot start. */
int xmlpatch_attach_refuse_duplicates(struct xmlpatch_attach *attach, struct base_error *err);

/* Each sees to one kind of device; 0 or -1. */
int xmlpatch_attach_put_graphics(struct xmlpatch_attach *attach, struct base_error *err);
int xmlpatch_attach_put_video(struct xmlpatch_attach *attach, struct base_error *err);
/* Whether a video device that the plan keeps goes all the same. */
bool xmlpatch_attach_drops(const struct xmlpatch_attach *attach, const xmlNode *video);

int xmlpatch_attach_put_vgpu(struct xmlpatch_attach *attach, struct base_error *err);
int xmlpatch_attach_put_companions(struct xmlpatch_attach *attach, struct base_error *err);

/* Takes out what works with SPICE only. */
int xmlpatch_attach_clear_spice(struct xmlpatch_attach *attach, struct base_error *err);

/*
 * Leads the sound where the display goes: *id, to free(), is that of the audio
 * backend on D-Bus, NULL if there is none.
 */
int xmlpatch_attach_put_audio(struct xmlpatch_attach *attach, char **id, struct base_error *err);

/* Whether there is a property to be set, for which the vGPU's device needs a name. */
bool xmlpatch_attach_needs_alias(const struct xmlpatch_attach *attach);

/* The properties of the vGPU for which libvirt has no words. */
int xmlpatch_attach_put_override(struct xmlpatch_attach *attach, struct base_error *err);

/* QEMU's own window, and the environment that it needs. */
int xmlpatch_attach_put_arguments(struct xmlpatch_attach *attach, struct base_error *err);

/* What in the domain is in the way of a working guest, beyond what is changed. */
int xmlpatch_attach_advise_guest(struct xmlpatch_attach *attach, struct base_error *err);

/* Decides on PCI addresses, before all else; 0 or -1. */
int xmlpatch_attach_plan(struct xmlpatch_attach *attach, struct base_error *err);

/* Moves the video devices that the plan moves; 0 or -1. */
int xmlpatch_attach_put_slots(struct xmlpatch_attach *attach, struct base_error *err);

/* Gives a device of the document another PCI address, or its first; 0 or -1. */
int xmlpatch_attach_set_address(struct xmlpatch_attach *attach, const xmlNode *device,
				const struct xmlpatch_address *to, struct base_error *err);

#endif
