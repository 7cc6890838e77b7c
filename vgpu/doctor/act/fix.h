/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DOCTOR_FIX_H
#define DOCTOR_FIX_H

#include "vgpu/doctor/decide/report.h"

/*
 * Shows what is to be written, asks unless `yes`, and writes it; then says what
 * is left to do. What was there before is kept for doctor_undo. Returns the exit
 * status, or -1 with err set.
 */
int doctor_fix(const struct doctor_facts *facts, const struct doctor_report *report,
	       const struct doctor_place *place, bool yes, struct base_error *err);

/* Takes back what doctor_fix has written below the root; as doctor_fix. */
int doctor_undo(const char *root, struct base_error *err);

/* Prints how to rebuild the initramfs, which often contains i915 and its options. */
void doctor_print_initramfs(const char *root);

#endif
