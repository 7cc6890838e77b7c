/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_H
#define XMLPATCH_ATTACH_H

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
 * Other displays go, and with SPICE what needs it: see xmlpatch/attach-graphics.c.
 *
 * What is new is gathered in `added` and appended to <devices> in one piece;
 * what is there already is changed where it stands.
 */
struct xmlpatch_attach {
	const struct xmlpatch_wishes *wishes;
	char uuid[BASE_UUID_SIZE];
	char *rendernode; /* escaped for XML, owned; NULL without the wish */
	struct xmlpatch_document document;
	struct xmlpatch_guest guest;
	struct xmlpatch_edits edits;
	char *added; /* a fragment, owned */
	struct xmlpatch_result result;
};

/* Appends to `added`; 0, or -1 when memory is out. */
int xmlpatch_attach_add(struct xmlpatch_attach *attach, struct base_error *err,
			const char *fragment);

/* Each sees to one kind of device; 0 or -1. */
int xmlpatch_attach_put_graphics(struct xmlpatch_attach *attach, struct base_error *err);
int xmlpatch_attach_put_vgpu(struct xmlpatch_attach *attach, struct base_error *err);

#endif
