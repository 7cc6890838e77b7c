/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DOCTOR_JOURNAL_H
#define DOCTOR_JOURNAL_H

#include "vgpu/doctor/decide/plan.h"

/*
 * What `vgpu doctor --fix` has changed and how it was before, in a file of JSON
 * below the root: it is written before anything else is, so that an undo knows
 * of all that may have happened.
 */
struct doctor_journal {
	struct doctor_change *changes; /* the oldest first */
	size_t count;
	char **directories; /* that were made for them, without the root, the outer ones first */
	size_t directory_count;
};

/* No file is an empty journal. What the file says is not trusted. */
int doctor_journal_init(struct doctor_journal *journal, const char *root, struct base_error *err);

/*
 * Notes a change. If the file was changed before, the journal keeps its first
 * state, with what others have changed since. The caller keeps the change.
 */
int doctor_journal_add(struct doctor_journal *journal, const struct doctor_change *change,
		       struct base_error *err);

int doctor_journal_add_directory(struct doctor_journal *journal, const char *path,
				 struct base_error *err);

/* Writes it; an empty one is removed, and its directory if nothing else is there. */
int doctor_journal_write(const struct doctor_journal *journal, const char *root,
			 struct base_error *err);

/* Takes NULL and a zeroed journal. */
void doctor_journal_finish(struct doctor_journal *journal);

BASE_DEFINE_CLEANUP(doctor_journal, struct doctor_journal, doctor_journal_finish)

#endif
