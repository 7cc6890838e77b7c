/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_XMLPATCH_H
#define XMLPATCH_XMLPATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "vgpu/base/error.h"
#include "vgpu/base/name.h"

/*
 * Adds a vGPU to the text of a libvirt domain definition. Text goes in, text and a list of
 * changes come out: no connection, no files, no global state. Except for what is changed,
 * the text stays as it was, byte for byte. Any thread.
 *
 * The text may come from anywhere. It must be UTF-8 of at most XMLPATCH_LIMIT bytes without
 * a DOCTYPE: a domain definition does not need one, and without it there are no external or
 * exploding entities.
 */
#define XMLPATCH_LIMIT ((size_t)16 * 1024 * 1024)

/* How the vGPU's picture comes out of QEMU. */
enum xmlpatch_display {
	XMLPATCH_DISPLAY_DBUS,	/* peer-to-peer D-Bus with GL: what vgpu-display shows */
	XMLPATCH_DISPLAY_GTK,	/* a window of QEMU's own */
	XMLPATCH_DISPLAY_SPICE, /* SPICE with GL on a local socket */
	XMLPATCH_DISPLAY_VNC,	/* VNC, drawn by egl-headless */
	XMLPATCH_DISPLAY_NONE,	/* not at all; the displays that there are stay */
};

/* What becomes of emulated video devices. */
enum xmlpatch_video {
	XMLPATCH_VIDEO_DROP, /* none is left */
	XMLPATCH_VIDEO_KEEP, /* they stay, behind the vGPU */
	/* One stays for a guest that has no driver for the vGPU; QXL becomes Cirrus. */
	XMLPATCH_VIDEO_INSTALL,
	/*
	 * All stay as they are, as does the one that libvirt would add. DROP and KEEP mean
	 * this if the vGPU shows no picture.
	 */
	XMLPATCH_VIDEO_LEAVE,
};

/* A guest's PCI address in domain 0; a bus is the index of libvirt's controller. */
struct xmlpatch_address {
	unsigned int bus, slot, function;
};

/* The desktop on which QEMU opens its window; all borrowed, NULL where there is none. */
struct xmlpatch_desktop {
	const char *display;	 /* $DISPLAY */
	const char *wayland;	 /* $WAYLAND_DISPLAY */
	const char *authority;	 /* $XAUTHORITY */
	const char *runtime_dir; /* $XDG_RUNTIME_DIR */
	const char *qemu_user;	 /* the user that QEMU runs as; NULL: libvirt-qemu */
};

struct xmlpatch_wishes {
	const char *uuid;	/* the vGPU's, in either case */
	const char *rendernode; /* absolute path; NULL leaves the choice to libvirt */
	enum xmlpatch_display display;
	enum xmlpatch_video video;
	bool no_ramfb;
	bool opregion;				/* guests of GVT-g need it, others fail with it */
	const struct xmlpatch_address *address; /* of the vGPU; NULL: the best one */
	unsigned int xres, yres;		/* pixels, together; 0: the type's own */
	/* Whether <qemu:override> is known: libvirt 8.2 and later. */
	bool has_override;
	/* Whether QEMU can talk to the guest's agent without SPICE: libvirt 8.4 and later. */
	bool has_vdagent;
	struct xmlpatch_desktop desktop; /* for XMLPATCH_DISPLAY_GTK */
};

struct xmlpatch_result {
	char *xml; /* owned; ends with a NUL that length does not count */
	size_t length;
	/* For people, as "replaced the video device qxl with none". Owned, a line each. */
	char **changes;
	size_t n; /* 0: the text is what it was */
	/*
	 * What else the user should know: what can keep the guest from working, what could
	 * not be put back. Owned, a line each.
	 */
	char **advice;
	size_t n_advice;
	/* By xmlpatch_detach(): the changes take back what an attach remembered. */
	bool is_taken_back;
};

/*
 * Adds the vGPU and the display that is wanted, removes emulated video and the displays that
 * cannot be combined with it, and remembers in the domain's <metadata> how to take all of it
 * back. What the domain already has stays, so a second call with the result changes nothing.
 * -1 with an error of one line, and `result` untouched, if the text is not a domain that can
 * have the vGPU; BASE_MISUSED if the wishes are malformed. Release with
 * xmlpatch_result_finish().
 */
int xmlpatch_attach(const char *xml, size_t length, const struct xmlpatch_wishes *wishes,
		    struct xmlpatch_result *result, struct base_error *err);

/*
 * Takes back what xmlpatch_attach() did, even if the text was edited in between: `advice`
 * says what could not be taken back, and why. `uuid` is the vGPU's; NULL: the one that the
 * <metadata> names. A text that has neither that vGPU nor the metadata stays as it is. In
 * all else like xmlpatch_attach().
 */
int xmlpatch_detach(const char *xml, size_t length, const char *uuid,
		    struct xmlpatch_result *result, struct base_error *err);

/* No machine has room for more of them on its buses. */
#define XMLPATCH_MDEVS_LIMIT 1024

struct xmlpatch_mdevs {
	char (*uuids)[BASE_UUID_SIZE]; /* owned; lower case; each once */
	size_t n;
};

/*
 * Lists the mdevs of a domain definition, in its order. 0, or -1 and an error;
 * release with xmlpatch_mdevs_finish().
 */
int xmlpatch_read_mdevs(const char *xml, size_t length, struct xmlpatch_mdevs *mdevs,
			struct base_error *err);

/* Whether the UUID, in lower case, is among them. */
bool xmlpatch_mdevs_have(const struct xmlpatch_mdevs *mdevs, const char *uuid);

/* Takes NULL and zeroed mdevs. */
void xmlpatch_mdevs_finish(struct xmlpatch_mdevs *mdevs);

BASE_DEFINE_CLEANUP(xmlpatch_mdevs, struct xmlpatch_mdevs, xmlpatch_mdevs_finish)

/* Takes NULL and a zeroed result. */
void xmlpatch_result_finish(struct xmlpatch_result *result);

BASE_DEFINE_CLEANUP(xmlpatch_result, struct xmlpatch_result, xmlpatch_result_finish)

#endif
