/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_CAPABILITY_H
#define VGPU_CAPABILITY_H

#include <stdbool.h>

#include "vgpu/base/error.h"
#include "xmlpatch/xmlpatch.h"

/*
 * What the libvirt and the QEMU that a domain runs on can do. Versions are as
 * libvirt counts them: 1000000 * major + 1000 * minor + release; 0: not known, and
 * then taken for new.
 */
struct vgpu_capability {
	unsigned long libvirt;
	unsigned long qemu;  /* the machine's usual one */
	bool knows_displays; /* those below were told, of the domain's own QEMU */
	bool has_dbus;
	bool has_spice;
	bool has_vnc;
	bool has_egl; /* egl-headless, on which vnc and gtk draw */
};

/*
 * Takes over which displays QEMU has from what virConnectGetDomainCapabilities()
 * says (libvirt's virDomainCapsFormat()); a text that does not say it leaves them
 * unknown.
 */
void vgpu_capability_read_displays(struct vgpu_capability *capability, const char *xml);

/* At most so many things can be too old at once. */
#define VGPU_CAPABILITY_NOTES 2

/* What was taken instead of the wished, a line each, for people; owned. */
struct vgpu_capability_notes {
	char *items[VGPU_CAPABILITY_NOTES];
	size_t count;
};

/*
 * Fits the wishes to what there is. `is_asked` says that the display was asked for:
 * then an error names the nearest that works; a default gives way to that one, and
 * a note says so. Sets has_override, and no_ramfb where there is no ramfb.
 */
int vgpu_capability_fit(const struct vgpu_capability *capability, bool is_asked,
			struct xmlpatch_wishes *wishes, struct vgpu_capability_notes *notes,
			struct base_error *err);

/* Reads the word for a display, as "dbus"; false if it is none. */
bool vgpu_capability_parse_display(const char *word, enum xmlpatch_display *display);

/* Takes NULL and zeroed notes. */
void vgpu_capability_notes_finish(struct vgpu_capability_notes *notes);

BASE_DEFINE_CLEANUP(vgpu_capability_notes, struct vgpu_capability_notes,
		    vgpu_capability_notes_finish)

#endif
