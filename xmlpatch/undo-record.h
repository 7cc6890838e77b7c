/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_RECORD_H
#define XMLPATCH_UNDO_RECORD_H

#include "xmlpatch/edit.h"
#include "xmlpatch/result.h"

/* Shared by the parts of xmlpatch_undo_step(). */

/* What becomes of an element; one for each of the document's. */
struct xmlpatch_fate {
	bool is_leaving;
	bool is_covered; /* the element around it leaves */
	size_t tail;
	char *opened; /* owned; makes it an empty tag again, if nothing is left in it */
	/* Of an <address>: */
	xmlNode *restored; /* owned; as it is put back; NULL: it stays as it is */
	bool is_kept;	   /* it stays, for another device is where it was */
};

/* One step that is taken back. */
struct xmlpatch_undoing {
	struct xmlpatch_document *document; /* borrowed */
	struct xmlpatch_edits edits;
	struct xmlpatch_fate *fates;
	struct xmlpatch_result *result; /* borrowed */
	struct base_error *err;
};

struct xmlpatch_fate *xmlpatch_undo_fate(const struct xmlpatch_undoing *undoing,
					 const xmlNode *node);

/* -1 with an error: the records are such as no attach writes. */
int xmlpatch_undo_refuse(struct xmlpatch_undoing *undoing);

/* A number of a record; one that is left out is 0. False if it is none. */
bool xmlpatch_undo_read_number(const xmlNode *record, const char *name, size_t *number);

/* Whether text is the end of an empty tag, as it was written. */
bool xmlpatch_undo_is_tag_end(const char *text);

/*
 * Whether an element that was added stays, because it is an audio backend that
 * somebody changed, or uses by now: 1, which is told; 0; or -1 with an error. All
 * others that were added have their fate by then.
 */
int xmlpatch_undo_keep_audio(struct xmlpatch_undoing *undoing, const xmlNode *node,
			     bool is_changed);

/* Whether a record names an attribute by a name that an attribute may have. */
bool xmlpatch_undo_names_attribute(const xmlNode *record);

/* Whether the attribute that a record is about has still what it was set to. */
bool xmlpatch_undo_is_still_set(const xmlNode *node, const xmlNode *record);

/* Gives an element the attribute back that a record is about. */
void xmlpatch_undo_put_attribute(struct xmlpatch_undoing *undoing, const xmlNode *record,
				 const xmlNode *node);

/* Whether a path leads to the <address> of a device. */
bool xmlpatch_undo_is_address(const char *path);

/* What a device's <address> will be, for xmlpatch_position_holder(); the undoing as context. */
const xmlNode *xmlpatch_undo_address_of(const xmlNode *device, const void *undoing);

/*
 * Decides which addresses a step gives back, once it is known what leaves; then gives
 * them back, and says which not. 0 or -1.
 */
int xmlpatch_undo_plan_addresses(struct xmlpatch_undoing *undoing, const xmlNode *step);
int xmlpatch_undo_put_addresses(struct xmlpatch_undoing *undoing, const xmlNode *step);

/*
 * The vGPU that was added, where the UUID that it had then is not in the domain any
 * more, by the name that it was given; NULL if there is none. 0, or -1 with an error;
 * a vGPU that stays is told.
 */
int xmlpatch_undo_find_vgpu(struct xmlpatch_undoing *undoing, const xmlNode *record,
			    const xmlNode **node);

/* Decides on the fates, and adds the edits, that the records of a step ask for; 0 or -1. */
int xmlpatch_undo_take_records(struct xmlpatch_undoing *undoing, const xmlNode *step);

#endif
