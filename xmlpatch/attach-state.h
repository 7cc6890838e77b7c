/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_STATE_H
#define XMLPATCH_ATTACH_STATE_H

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

/*
 * Puts an element around a fragment, with that prefix, name and attributes (" a='b'", or
 * ""); 0, or -1: no memory.
 */
int xmlpatch_attach_wrap(char **fragment, struct base_error *err, const char *prefix,
			 const char *name, const char *attributes);

void xmlpatch_attach_finish(struct xmlpatch_attach *attach);

BASE_DEFINE_CLEANUP(xmlpatch_attach, struct xmlpatch_attach, xmlpatch_attach_finish)

#endif
