/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DOCTOR_DECIDE_H
#define DOCTOR_DECIDE_H

#include <stdbool.h>

#include "vgpu/doctor/decide/report.h"

/* Decisions that several checks and the plan of changes have in common. */

/* GVT-g exists for the graphics processor; if not, nothing else matters. */
bool doctor_has_gvt_gpu(const struct doctor_facts *facts);

bool doctor_has_i915(const struct doctor_facts *facts);

/* It makes vGPUs, so all that they need of i915 and the kernel is there. */
bool doctor_makes_vgpus(const struct doctor_facts *facts);

/* The kernel has GVT-g, as far as can be seen without it being on. */
bool doctor_has_gvt_kernel(const struct doctor_facts *facts);

/* What the parameter will be after the next boot; DOCTOR_ABSENT is the default. */
enum doctor_setting doctor_next_setting(const struct doctor_parameter *parameter,
					const struct doctor_module *module);

/* A file of ours in modprobe.d could not change it, because another setting wins. */
bool doctor_parameter_is_out_of_reach(const struct doctor_parameter *parameter,
				      const struct doctor_module *module,
				      enum doctor_setting wanted);

/* A module of the running kernel that is not loaded and can be. */
bool doctor_can_load(const struct doctor_module *module);

/*
 * True if the user may read and write the node by its mode, its owners and its
 * access control list.
 */
bool doctor_may_use(const struct doctor_user *user, const struct doctor_node *node);

/* The limit on locked memory is too low for a virtual machine. */
bool doctor_locks_too_little(const struct doctor_permissions *permissions);

#endif
