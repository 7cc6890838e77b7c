/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DOCTOR_PLAN_H
#define DOCTOR_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "vgpu/doctor/decide/change.h"
#include "vgpu/doctor/gather/facts.h"

/* The file in modprobe.d; those with later names overrule it. */
#define DOCTOR_MODPROBE_NAME "vgpu.conf"
#define DOCTOR_MODPROBE_PATH "/etc/modprobe.d/" DOCTOR_MODPROBE_NAME

/* Loads a module or writes a value in the running kernel. All texts are owned. */
struct doctor_step {
	char *module;	 /* to load; NULL to write a value */
	char *attribute; /* the file of sysfs to write to */
	char *value;	 /* the value to write */
};

struct doctor_plan {
	struct doctor_change *changes;
	size_t change_count;
	struct doctor_step *steps;
	size_t step_count;
	bool needs_boot;  /* i915 reads its options when it is loaded */
	bool needs_login; /* limits take effect at the next login */
};

/*
 * Decides what to write so that all is well that files below /etc can make well.
 * Existing files are kept and extended. Fails, with an empty plan, if a file cannot
 * be read, is a link or belongs to another user.
 */
int doctor_plan_init(struct doctor_plan *plan, const struct doctor_facts *facts,
		     const struct doctor_place *place, struct base_error *err);

/* True for a path that a plan may change, and for a directory above one. */
bool doctor_plan_writes(const char *path);
bool doctor_plan_needs_directory(const char *path);

/* Takes NULL and a zeroed plan. */
void doctor_plan_finish(struct doctor_plan *plan);

BASE_DEFINE_CLEANUP(doctor_plan, struct doctor_plan, doctor_plan_finish)

#endif
