/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_ATTACH_H
#define VGPU_ATTACH_H

#include <limits.h>
#include <stdbool.h>

#include "vgpu/domain/assignment.h"
#include "xmlpatch/xmlpatch.h"

/* The command line of `vgpu attach`; the texts are borrowed. */
struct vgpu_attach {
	const char *xml; /* the file to patch; NULL: a domain */
	const char *uri;
	const char *rendernode;
	const char *config_dir;
	const char *display, *opregion, *address, *xres, *yres; /* as they were written */
	bool keep_video, install_drivers, no_ramfb;
	bool is_dry, is_agreed;
	bool backups, json;
	const char *domain;
	/* The vGPU: its UUID or, with a domain, the beginning of it; NULL: the free one. */
	const char *word;

	struct xmlpatch_address pci_address; /* which `address` names */
	char authority[PATH_MAX];	     /* the X authority file if no variable names one */
	struct xmlpatch_wishes wishes;	     /* what is known of them so far */
};

/* Reads and checks all options; errors are BASE_MISUSED. */
int vgpu_attach_parse(struct vgpu_attach *attach, int argc, char **argv, struct base_error *err);

/* Adds what the vGPU decides: its render node, and whether it has an OpRegion. */
void vgpu_attach_fit(struct vgpu_attach *attach, const struct vgpu_assignment *assignment);

/* Adds advice for what was asked for but will not have the wanted effect. */
int vgpu_attach_advise(const struct vgpu_attach *attach, const struct vgpu_assignment *assignment,
		       struct xmlpatch_result *result, struct base_error *err);

#endif
