/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_CAPABILITY_H
#define VGPU_CAPABILITY_H

#include <stdbool.h>

#include "vgpu/base/error.h"
#include "xmlpatch/xmlpatch.h"

/*
 * What the libvirt and the QEMU that a domain runs on can do. Versions are as
 * libvirt counts them: 1000000 * major + 1000 * minor + release; 0: not known, and
 * then treated as new.
 */
struct vgpu_capability {
	unsigned long libvirt;
	unsigned long qemu;  /* the host's usual one */
	bool knows_displays; /* the members below are known, for the domain's own QEMU */
	bool has_dbus;
	bool has_spice;
	bool has_vnc;
	bool has_egl; /* egl-headless, on which vnc and gtk draw */
};

/*
 * Reads which displays QEMU has from the XML of virConnectGetDomainCapabilities()
 * (libvirt's virDomainCapsFormat()); if the XML does not say, they stay unknown.
 */
void vgpu_capability_read_displays(struct vgpu_capability *capability, const char *xml);

/* The largest number of things that can be too old at once. */
#define VGPU_CAPABILITY_NOTES 2

/* What was chosen instead of the wishes, one line each, for people; owned. */
struct vgpu_capability_notes {
	char *items[VGPU_CAPABILITY_NOTES];
	size_t count;
};

/*
 * Fits the wishes to what is possible. `is_asked` says that the user asked for the
 * display: if it cannot be used, the error then names the nearest one that works. A
 * default is replaced by that one, and a note says so. Sets has_override and
 * has_vdagent, and no_ramfb if there is no ramfb.
 */
int vgpu_capability_fit(const struct vgpu_capability *capability, bool is_asked,
			struct xmlpatch_wishes *wishes, struct vgpu_capability_notes *notes,
			struct base_error *err);

/* Reads the word for a display, such as "dbus"; false if it is not one. */
bool vgpu_capability_parse_display(const char *word, enum xmlpatch_display *display);

/* Takes NULL and zeroed notes. */
void vgpu_capability_notes_finish(struct vgpu_capability_notes *notes);

BASE_DEFINE_CLEANUP(vgpu_capability_notes, struct vgpu_capability_notes,
		    vgpu_capability_notes_finish)

#endif
