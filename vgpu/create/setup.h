/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_SETUP_H
#define VGPU_SETUP_H

#include <stdbool.h>

#include "vgpu/base/error.h"
#include "vgpu/base/name.h"

/* Which part of the vGPU was missing and has been made. */
enum vgpu_setup_made {
	VGPU_SETUP_MADE_NOTHING,
	VGPU_SETUP_MADE_ALL,
	VGPU_SETUP_MADE_ACTIVE,
	VGPU_SETUP_MADE_DEFINITION,
};

/* What was asked for, and what has been done so far. */
struct vgpu_setup {
	const char *domain;
	const char *uri;	/* NULL: libvirt's default */
	const char *type;	/* of a new vGPU; NULL: the largest that fits */
	const char *config_dir; /* NULL: the default */
	bool suspend;
	bool skip_doctor;

	char uuid[BASE_UUID_SIZE]; /* "" until there is one */
	char *launcher;		   /* owned; the file's path */
	char *did;		   /* owned; what the last step did, in one line for people */
	enum vgpu_setup_made made;
	bool set_boot;	/* for a vGPU that did not start at boot before */
	bool on_demand; /* the vGPU starts on demand */
	bool enabled_boot;
	bool enabled_suspend;
	bool enabled_scanout;
	bool added_launcher;
	bool changed;
	bool left_behind; /* something could not be taken back; a warning said so */
};

/*
 * The steps; each uses the command that does only this. They set `did`, or leave it
 * NULL if there is nothing to report. Return 0, or -1 with nothing done.
 */
int vgpu_setup_check_host(struct vgpu_setup *setup, struct base_error *err);
int vgpu_setup_take_vgpu(struct vgpu_setup *setup, struct base_error *err);
int vgpu_setup_enable_boot(struct vgpu_setup *setup, struct base_error *err);
int vgpu_setup_enable_suspend(struct vgpu_setup *setup, struct base_error *err);
int vgpu_setup_enable_scanout(struct vgpu_setup *setup, struct base_error *err);
int vgpu_setup_add_launcher(struct vgpu_setup *setup, struct base_error *err);
int vgpu_setup_attach(struct vgpu_setup *setup, struct base_error *err);

/* Take back what the step of that name did, if it did anything. */
void vgpu_setup_give_back_vgpu(struct vgpu_setup *setup);
void vgpu_setup_disable_boot(struct vgpu_setup *setup);
void vgpu_setup_disable_suspend(struct vgpu_setup *setup);
void vgpu_setup_disable_scanout(struct vgpu_setup *setup);
void vgpu_setup_remove_launcher(struct vgpu_setup *setup);

/* Takes NULL and a zeroed setup. */
void vgpu_setup_finish(struct vgpu_setup *setup);

BASE_DEFINE_CLEANUP(vgpu_setup, struct vgpu_setup, vgpu_setup_finish)

#endif
