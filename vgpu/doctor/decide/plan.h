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

/* Something that brings a change into the running kernel. All texts are owned. */
struct doctor_step {
	char *module;	 /* to be loaded; else */
	char *attribute; /* a file of sysfs that */
	char *value;	 /* this is written to */
};

struct doctor_plan {
	struct doctor_change *changes;
	size_t change_count;
	struct doctor_step *steps;
	size_t step_count;
	bool needs_boot;  /* i915 takes its options when it is loaded */
	bool needs_login; /* limits count from the next */
};

/*
 * What has to be written so that all is well that files below /etc can make so.
 * Files that are there are kept and added to. An error is a file that cannot be
 * read, a link or a file of somebody else's: nothing is decided then.
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
