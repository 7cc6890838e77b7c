/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_STATE_H
#define XMLPATCH_ATTACH_STATE_H

#include "vgpu/base/name.h"
#include "xmlpatch/edit.h"
#include "xmlpatch/guest.h"
#include "xmlpatch/pci-plan.h"
#include "xmlpatch/result.h"

/* In bytes with the NUL; a user's alias that is longer is replaced. */
#define XMLPATCH_ALIAS_SIZE 48

/*
 * The goal: the guest draws with the vGPU, from its firmware on, and its picture leaves QEMU
 * in the one way that is wanted:
 *
 *	<hostdev type='mdev' display='on' ramfb='on'>	the vGPU; ramfb shows the
 *							firmware until the driver runs
 *	<graphics ...>					its picture
 *	<video><model type='none'/></video>		no second picture beside it
 *	<qemu:override>					what libvirt has no words for
 *
 * New elements are gathered in `added` and the like, and appended in one piece. What the
 * domain already has is changed in its place.
 */
struct xmlpatch_attach {
	const struct xmlpatch_wishes *wishes;
	bool keeps_spice;	   /* a SPICE display stays or comes */
	enum xmlpatch_video video; /* as wanted; LEAVE if the vGPU shows nothing */
	char uuid[BASE_UUID_SIZE];
	char *rendernode; /* escaped for XML, owned; NULL: libvirt chooses one */
	struct xmlpatch_document document;
	struct xmlpatch_guest guest;
	struct xmlpatch_pci_plan plan;
	const xmlNode *vgpu;		 /* its hostdev; NULL: it has none yet */
	char alias[XMLPATCH_ALIAS_SIZE]; /* of its hostdev; "" if it has none that libvirt keeps */
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
