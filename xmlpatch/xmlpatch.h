/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_XMLPATCH_H
#define XMLPATCH_XMLPATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "vgpu/base/error.h"

/*
 * Puts a vGPU into the text of a libvirt domain definition. Text in, text and
 * a list of changes out: no connection, no files, no global state. Outside of
 * what changes, the text stays as it was, byte for byte. Any thread.
 *
 * The text may come from anywhere. It must be UTF-8 of at most XMLPATCH_LIMIT
 * bytes without a DOCTYPE: a domain definition has no use for one, and with it
 * go external and exploding entities.
 */
#define XMLPATCH_LIMIT ((size_t)16 * 1024 * 1024)

struct xmlpatch_wishes {
	const char *uuid;	/* the vGPU's, in either case */
	const char *rendernode; /* absolute path; NULL leaves the choice to libvirt */
};

enum xmlpatch_change_kind {
	XMLPATCH_VGPU_ADDED,
	XMLPATCH_VGPU_CHANGED,
	XMLPATCH_GRAPHICS_ADDED,
	XMLPATCH_GRAPHICS_CHANGED,
	XMLPATCH_GRAPHICS_REMOVED,
	XMLPATCH_VIDEO_ADDED,
	XMLPATCH_VIDEO_REPLACED,
	XMLPATCH_VIDEO_REMOVED,
	XMLPATCH_AUDIO_CHANGED,
	XMLPATCH_DEVICE_REMOVED,
	XMLPATCH_DEVICES_ADDED,
};

struct xmlpatch_change {
	enum xmlpatch_change_kind kind;
	char *text; /* owned; for people: "replaced the video device qxl by none" */
};

struct xmlpatch_result {
	char *xml; /* owned; ends with a NUL that length does not count */
	size_t length;
	struct xmlpatch_change *changes; /* owned; none: the text is what it was */
	size_t n;
};

/* The word that programs know a kind of change by: "vgpu-added". */
const char *xmlpatch_change_name(enum xmlpatch_change_kind kind);

/*
 * Adds the vGPU with its display on and a peer-to-peer D-Bus display with GL,
 * and takes away emulated video and the displays that QEMU cannot have beside
 * it. What is there already stays, so a second call on the result changes
 * nothing. -1 with an error of one line, and `result` untouched, if the text is
 * not a domain that can take the vGPU; BASE_MISUSED if the wishes are malformed.
 * Release with xmlpatch_result_finish().
 */
int xmlpatch_attach(const char *xml, size_t length, const struct xmlpatch_wishes *wishes,
		    struct xmlpatch_result *result, struct base_error *err);

/* Whether a domain definition has the mdev in it: 1, 0, or -1 with an error. */
int xmlpatch_has_vgpu(const char *xml, size_t length, const char *uuid, struct base_error *err);

/* Takes NULL and a zeroed result. */
void xmlpatch_result_finish(struct xmlpatch_result *result);

BASE_DEFINE_CLEANUP(xmlpatch_result, struct xmlpatch_result, xmlpatch_result_finish)

#endif
