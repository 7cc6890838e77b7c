/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain/capability.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/text.h"

#define VERSION(major, minor) ((major)*1000000UL + (minor)*1000UL)
#define VERSION_SIZE	      48
#define DISPLAY_COUNT	      (XMLPATCH_DISPLAY_NONE + 1)

/* The first version that has each feature (libvirt's NEWS, QEMU's change log). */
#define LIBVIRT_DISPLAY	 VERSION(4, 6) /* display= of a mdev, egl-headless, video none */
#define LIBVIRT_RAMFB	 VERSION(5, 10)
#define LIBVIRT_OVERRIDE VERSION(8, 2)
#define LIBVIRT_DBUS	 VERSION(8, 4)
#define QEMU_RAMFB	 VERSION(4, 0) /* vfio-pci-nohotplug with it */
#define QEMU_DBUS	 VERSION(7, 0)
/* The first version that no longer has it: console_compatible_with() in ui/console.c. */
#define QEMU_NO_VNC VERSION(7, 0)

#define FAILURE "cannot see what libvirt can do"

static const char *const names[DISPLAY_COUNT] = {
	[XMLPATCH_DISPLAY_DBUS] = "dbus",   [XMLPATCH_DISPLAY_GTK] = "gtk",
	[XMLPATCH_DISPLAY_SPICE] = "spice", [XMLPATCH_DISPLAY_VNC] = "vnc",
	[XMLPATCH_DISPLAY_NONE] = "none",
};

bool vgpu_capability_parse_display(const char *word, enum xmlpatch_display *display)
{
	for (unsigned int i = 0; i < DISPLAY_COUNT; i++) {
		if (strcmp(names[i], word) == 0) {
			*display = (enum xmlpatch_display)i;
			return true;
		}
	}
	return false;
}

static bool has_value(const char *text, size_t length, const char *value)
{
	char whole[32];

	snprintf(whole, sizeof(whole), "<value>%s</value>", value);
	return memmem(text, length, whole, strlen(whole)) != NULL;
}

void vgpu_capability_read_displays(struct vgpu_capability *capability, const char *xml)
{
	const char *start = strstr(xml, "<graphics supported='yes'>");
	const char *end = start != NULL ? strstr(start, "</graphics>") : NULL;
	size_t length;

	if (end == NULL)
		return;
	length = (size_t)(end - start);
	capability->knows_displays = true;
	capability->has_dbus = has_value(start, length, "dbus");
	capability->has_spice = has_value(start, length, "spice");
	capability->has_vnc = has_value(start, length, "vnc");
	capability->has_egl = has_value(start, length, "egl-headless");
}

static bool is_older(unsigned long version, unsigned long than)
{
	return version != 0 && version < than;
}

/* "libvirt 8.0.0 has no D-Bus display (8.4 is the first with it)"; 1, or -1 without memory. */
static int tell_old(char **why, const char *program, unsigned long version, const char *lacks,
		    unsigned long first)
{
	*why = base_text_format("%s %lu.%lu.%lu has no %s (%lu.%lu is the first with it)", program,
				version / 1000000, version / 1000 % 1000, version % 1000, lacks,
				first / 1000000, first / 1000 % 1000);
	return *why != NULL ? 1 : -1;
}

static int find_old_dbus(const struct vgpu_capability *capability, char **why)
{
	if (is_older(capability->libvirt, LIBVIRT_DBUS))
		return tell_old(why, "libvirt", capability->libvirt, "D-Bus display", LIBVIRT_DBUS);
	if (!capability->knows_displays && is_older(capability->qemu, QEMU_DBUS))
		return tell_old(why, "QEMU", capability->qemu, "D-Bus display", QEMU_DBUS);
	return 0;
}

/*
 * The D-Bus display came with the version that refuses VNC, and it is known whether
 * the domain's own QEMU has it.
 */
static bool has_lost_vnc(const struct vgpu_capability *capability)
{
	return capability->qemu >= QEMU_NO_VNC ||
	       (capability->knows_displays && capability->has_dbus);
}

/* What the display needs and this QEMU is built without; NULL if nothing. */
static const char *find_missing(const struct vgpu_capability *capability,
				enum xmlpatch_display display)
{
	if (!capability->knows_displays)
		return NULL;
	switch (display) {
	case XMLPATCH_DISPLAY_DBUS:
		return capability->has_dbus ? NULL : "the D-Bus display";
	case XMLPATCH_DISPLAY_SPICE:
		return capability->has_spice ? NULL : "SPICE";
	case XMLPATCH_DISPLAY_VNC:
		if (!capability->has_vnc)
			return "VNC";
		return capability->has_egl ? NULL : "egl-headless";
	case XMLPATCH_DISPLAY_GTK:
		return capability->has_egl ? NULL : "egl-headless";
	case XMLPATCH_DISPLAY_NONE:
		break;
	}
	return NULL;
}

/*
 * Returns 1 with the reason why the display cannot be used, owned by the caller; 0
 * if it can; or -1.
 */
static int find_obstacle(const struct vgpu_capability *capability, enum xmlpatch_display display,
			 char **why)
{
	const char *missing = find_missing(capability, display);

	if (display == XMLPATCH_DISPLAY_NONE)
		return 0;
	if (is_older(capability->libvirt, LIBVIRT_DISPLAY))
		return tell_old(why, "libvirt", capability->libvirt, "display of a vGPU",
				LIBVIRT_DISPLAY);
	if (display == XMLPATCH_DISPLAY_DBUS) {
		int found = find_old_dbus(capability, why);

		if (found != 0)
			return found;
	}
	if (missing != NULL)
		*why = base_text_format("this QEMU is built without %s", missing);
	else if (display == XMLPATCH_DISPLAY_VNC && has_lost_vnc(capability))
		*why = strdup("QEMU 7.0 and later cannot start a vGPU that has a picture together "
			      "with VNC (\"The console requires display DMABUF support\")");
	else
		return 0;
	return *why != NULL ? 1 : -1;
}

/* Displays that draw with the GPU come first, then those that draw elsewhere. */
static enum xmlpatch_display find_nearest(const struct vgpu_capability *capability)
{
	static const enum xmlpatch_display order[] = { XMLPATCH_DISPLAY_DBUS,
						       XMLPATCH_DISPLAY_SPICE, XMLPATCH_DISPLAY_VNC,
						       XMLPATCH_DISPLAY_GTK };

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		BASE_AUTO(free) char *why = NULL;

		if (find_obstacle(capability, order[i], &why) == 0)
			return order[i];
	}
	return XMLPATCH_DISPLAY_NONE;
}

/* Takes the note over; -1 if it is NULL. */
static int add_note(struct vgpu_capability_notes *notes, char *note)
{
	if (note == NULL)
		return -1;
	notes->items[notes->count++] = note;
	return 0;
}

static int fit_display(const struct vgpu_capability *capability, bool is_asked,
		       struct xmlpatch_wishes *wishes, struct vgpu_capability_notes *notes,
		       struct base_error *err)
{
	BASE_AUTO(free) char *why = NULL;
	enum xmlpatch_display nearest;
	int found = find_obstacle(capability, wishes->display, &why);

	if (found < 0)
		return base_error_no_memory(err, FAILURE);
	if (found == 0)
		return 0;
	nearest = find_nearest(capability);
	if (is_asked)
		return base_error_set(err, BASE_FAILED,
				      "the display %s cannot be used: %s; the nearest that works "
				      "here is --display %s",
				      names[wishes->display], why, names[nearest]);
	if (add_note(notes, base_text_format("%s, so the display is %s", why, names[nearest])) < 0)
		return base_error_no_memory(err, FAILURE);
	wishes->display = nearest;
	return 0;
}

/* Without a display of the vGPU, ramfb cannot be shown. */
static int fit_ramfb(const struct vgpu_capability *capability, struct xmlpatch_wishes *wishes,
		     struct vgpu_capability_notes *notes, struct base_error *err)
{
	BASE_AUTO(free) char *why = NULL;
	int found = 0;

	if (wishes->no_ramfb || wishes->display == XMLPATCH_DISPLAY_NONE)
		return 0;
	if (is_older(capability->libvirt, LIBVIRT_RAMFB))
		found = tell_old(&why, "libvirt", capability->libvirt, "ramfb", LIBVIRT_RAMFB);
	else if (is_older(capability->qemu, QEMU_RAMFB))
		found = tell_old(&why, "QEMU", capability->qemu, "ramfb", QEMU_RAMFB);
	if (found == 0)
		return 0;
	if (found < 0 ||
	    add_note(notes, base_text_format(
				    "%s: the screen stays dark until the guest's driver is running",
				    why)) < 0)
		return base_error_no_memory(err, FAILURE);
	wishes->no_ramfb = true;
	return 0;
}

int vgpu_capability_fit(const struct vgpu_capability *capability, bool is_asked,
			struct xmlpatch_wishes *wishes, struct vgpu_capability_notes *notes,
			struct base_error *err)
{
	wishes->has_override = !is_older(capability->libvirt, LIBVIRT_OVERRIDE);
	wishes->has_vdagent = !is_older(capability->libvirt, LIBVIRT_DBUS);
	if (fit_display(capability, is_asked, wishes, notes, err) < 0)
		return -1;
	return fit_ramfb(capability, wishes, notes, err);
}

void vgpu_capability_notes_finish(struct vgpu_capability_notes *notes)
{
	if (notes == NULL)
		return;
	for (size_t i = 0; i < notes->count; i++)
		free(notes->items[i]);
	*notes = (struct vgpu_capability_notes){ 0 };
}
