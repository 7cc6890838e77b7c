/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/program.h"
#include "vgpu/base/text.h"
#include "vgpu/doctor/gather/facts.h"
#include "vgpu/doctor/gather/read.h"

#define SAYS_AT_MOST (64 << 10) /* bytes */

/* A program that hangs must not hang this one; a slow machine may take long. */
#define SECONDS "20"

/* What the program prints; NULL if it cannot be run or fails. */
static char *ask_program(const struct doctor_place *place, const char *path, const char *first,
			 const char *second)
{
	BASE_AUTO(free) char *whole = base_text_format("%s%s", place->root, path);
	char *text = NULL;

	if (whole == NULL)
		return NULL;
	if (vgpu_program_run("timeout",
			     (const char *const[]){ "timeout", "--kill-after=1", SECONDS, whole,
						    first, second, NULL },
			     SAYS_AT_MOST, &text, NULL) < 0)
		return NULL;
	return text;
}

/* The first "MAJOR.MINOR" after a space. */
static int parse_version(const char *text)
{
	while ((text = strchr(text, ' ')) != NULL) {
		int major, minor;

		text++;
		if (*text >= '0' && *text <= '9' && sscanf(text, "%3d.%3d", &major, &minor) == 2 &&
		    minor >= 0)
			return 1000 * major + minor;
	}
	return 0;
}

/* Takes the first program that exists. */
static int find_program(struct doctor_program *program, const struct doctor_place *place,
			const char *const *paths)
{
	BASE_AUTO(free) char *text = NULL;

	program->installed = DOCTOR_NO;
	while (*paths != NULL && !doctor_read_exists(place->root, *paths))
		paths++;
	if (*paths == NULL)
		return 0;
	program->installed = DOCTOR_YES;
	program->path = strdup(*paths);
	if (program->path == NULL)
		return -1;
	if (place->may_run)
		text = ask_program(place, program->path, "--version", NULL);
	if (text != NULL)
		program->version = parse_version(text);
	return 0;
}

static enum doctor_answer has_display(const char *text, const char *name)
{
	return doctor_read_has_line(text, name, strlen(name)) ? DOCTOR_YES : DOCTOR_NO;
}

/* QEMU lists only those displays whose modules it could load. */
static void find_displays(struct doctor_virtualisation *virtualisation,
			  const struct doctor_place *place)
{
	BASE_AUTO(free) char *text = NULL;

	if (virtualisation->qemu.path == NULL || !place->may_run)
		return;
	text = ask_program(place, virtualisation->qemu.path, "-display", "help");
	if (text == NULL)
		return;
	virtualisation->dbus = has_display(text, "dbus");
	virtualisation->gl = has_display(text, "egl-headless");
}

int doctor_virtualisation_gather(struct doctor_virtualisation *virtualisation,
				 const struct doctor_place *place, struct base_error *err)
{
	static const char *const libvirt[] = { "/usr/sbin/libvirtd",
					       "/usr/sbin/virtqemud",
					       "/usr/bin/libvirtd",
					       "/usr/bin/virtqemud",
					       "/usr/local/sbin/libvirtd",
					       "/usr/local/sbin/virtqemud",
					       NULL };
	static const char *const qemu[] = { "/usr/bin/qemu-system-x86_64",
					    "/usr/local/bin/qemu-system-x86_64",
					    "/usr/libexec/qemu-kvm", "/usr/bin/qemu-kvm", NULL };

	if (find_program(&virtualisation->libvirt, place, libvirt) < 0 ||
	    find_program(&virtualisation->qemu, place, qemu) < 0)
		return base_error_no_memory(err, "cannot look for QEMU and libvirt");
	find_displays(virtualisation, place);
	return 0;
}
