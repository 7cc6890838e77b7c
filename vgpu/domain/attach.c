/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain/attach.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vgpu/base/options.h"
#include "vgpu/domain/address.h"
#include "vgpu/domain/capability.h"
#include "xmlpatch/result.h"

#define LARGEST 16384 /* pixels; these GPUs cannot scan out as much */

static bool has_wishes(const struct vgpu_attach *attach)
{
	return attach->display != NULL || attach->opregion != NULL || attach->address != NULL ||
	       attach->xres != NULL || attach->yres != NULL || attach->rendernode != NULL ||
	       attach->keep_video || attach->install_drivers || attach->no_ramfb;
}

static int check_backups(const struct vgpu_attach *attach, int operands, struct base_error *err)
{
	if (attach->xml != NULL || attach->is_dry || attach->is_agreed || has_wishes(attach))
		return vgpu_options_refuse(
			err, "attach", "--backups can be combined only with --json and --connect");
	return operands == 1 ? 0
			     : vgpu_options_refuse(err, "attach",
						   "--backups takes a domain and nothing else");
}

static int check_options(const struct vgpu_attach *attach, int operands, struct base_error *err)
{
	if (attach->backups)
		return check_backups(attach, operands, err);
	if (attach->json)
		return vgpu_options_refuse(err, "attach", "--json can be used only with --backups");
	if (attach->xml != NULL && attach->uri != NULL)
		return vgpu_options_refuse(
			err, "attach",
			"--connect cannot be combined with --xml, which touches no domain");
	if (attach->xml != NULL && operands != 1)
		return vgpu_options_refuse(err, "attach",
					   "with --xml FILE, the vGPU's UUID is the only argument");
	if (attach->xml == NULL && operands == 0)
		return vgpu_options_refuse(
			err, "attach", "it needs a domain, and a vGPU's UUID if several are free");
	if (attach->keep_video && attach->install_drivers)
		return vgpu_options_refuse(
			err, "attach", "--keep-video cannot be combined with --install-drivers");
	if ((attach->xres == NULL) != (attach->yres == NULL))
		return vgpu_options_refuse(err, "attach",
					   "--xres and --yres must be used together");
	return 0;
}

static int parse_display(struct vgpu_attach *attach, struct base_error *err)
{
	if (attach->display == NULL ||
	    vgpu_capability_parse_display(attach->display, &attach->wishes.display))
		return 0;
	return base_error_set(err, BASE_MISUSED,
			      "there is no display '%s': use dbus, gtk, spice, vnc or none",
			      attach->display);
}

static int parse_address(struct vgpu_attach *attach, struct base_error *err)
{
	if (attach->address == NULL)
		return 0;
	if (!vgpu_address_parse(attach->address, &attach->pci_address))
		return base_error_set(
			err, BASE_MISUSED,
			"'%s' is not a slot: write BB:SS.F in hexadecimal, for example 00:02.0",
			attach->address);
	attach->wishes.address = &attach->pci_address;
	return 0;
}

static int parse_opregion(const struct vgpu_attach *attach, struct base_error *err)
{
	if (attach->opregion == NULL || strcmp(attach->opregion, "on") == 0 ||
	    strcmp(attach->opregion, "off") == 0)
		return 0;
	return base_error_set(err, BASE_MISUSED, "--opregion must be on or off, not '%s'",
			      attach->opregion);
}

static int parse_pixels(const char *name, const char *text, unsigned int *pixels,
			struct base_error *err)
{
	unsigned long value;

	if (text == NULL)
		return 0;
	errno = 0;
	value = strtoul(text, NULL, 10);
	if (strspn(text, "0123456789") != strlen(text) || errno != 0 || value == 0 ||
	    value > LARGEST)
		return base_error_set(err, BASE_MISUSED,
				      "%s must be a number of pixels from 1 to %d, not '%s'", name,
				      LARGEST, text);
	*pixels = (unsigned int)value;
	return 0;
}

/* The home of the person whose session it is: under sudo and pkexec, HOME is root's. */
static const char *find_home(void)
{
	static const char *const names[] = { "SUDO_UID", "PKEXEC_UID" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *text = getenv(names[i]);
		char *end = NULL;
		unsigned long id = text != NULL ? strtoul(text, &end, 10) : 0;
		const struct passwd *person = id > 0 && *end == '\0' ? getpwuid((uid_t)id) : NULL;

		if (person != NULL)
			return person->pw_dir;
	}
	return getenv("HOME");
}

/* The file in which X clients look (XauFileName()); QEMU's HOME is another one. */
static const char *find_authority(struct vgpu_attach *attach)
{
	const char *named = getenv("XAUTHORITY");
	const char *home = find_home();
	int length;

	if (named != NULL && *named != '\0')
		return named;
	if (home == NULL || *home != '/')
		return NULL;
	length = snprintf(attach->authority, sizeof(attach->authority), "%s/.Xauthority", home);
	if (length < 0 || (size_t)length >= sizeof(attach->authority) ||
	    access(attach->authority, F_OK) != 0)
		return NULL;
	return attach->authority;
}

/* These are the session's own: QEMU runs as another user and does not know them. */
static void read_desktop(struct vgpu_attach *attach)
{
	struct xmlpatch_desktop *desktop = &attach->wishes.desktop;

	desktop->display = getenv("DISPLAY");
	desktop->wayland = getenv("WAYLAND_DISPLAY");
	desktop->authority = find_authority(attach);
	desktop->runtime_dir = getenv("XDG_RUNTIME_DIR");
	/* Debian's name for the user; Fedora and Arch use the other one. */
	desktop->qemu_user = getpwnam("libvirt-qemu") != NULL || getpwnam("qemu") == NULL
				     ? "libvirt-qemu"
				     : "qemu";
}

static int parse_values(struct vgpu_attach *attach, struct base_error *err)
{
	struct xmlpatch_wishes *wishes = &attach->wishes;

	if (parse_display(attach, err) < 0 || parse_address(attach, err) < 0 ||
	    parse_opregion(attach, err) < 0 ||
	    parse_pixels("--xres", attach->xres, &wishes->xres, err) < 0 ||
	    parse_pixels("--yres", attach->yres, &wishes->yres, err) < 0)
		return -1;
	wishes->no_ramfb = attach->no_ramfb;
	wishes->rendernode = attach->rendernode;
	wishes->has_override = true;
	wishes->has_vdagent = true;
	if (attach->keep_video)
		wishes->video = XMLPATCH_VIDEO_KEEP;
	if (attach->install_drivers)
		wishes->video = XMLPATCH_VIDEO_INSTALL;
	read_desktop(attach);
	return 0;
}

int vgpu_attach_parse(struct vgpu_attach *attach, int argc, char **argv, struct base_error *err)
{
	const struct vgpu_option known[] = {
		{ .name = "xml", .value = &attach->xml },
		{ .name = "connect", .value = &attach->uri },
		{ .name = "display", .value = &attach->display },
		{ .name = "keep-video", .flag = &attach->keep_video },
		{ .name = "install-drivers", .flag = &attach->install_drivers },
		{ .name = "no-ramfb", .flag = &attach->no_ramfb },
		{ .name = "opregion", .value = &attach->opregion },
		{ .name = "slot", .value = &attach->address },
		{ .name = "xres", .value = &attach->xres },
		{ .name = "yres", .value = &attach->yres },
		{ .name = "rendernode", .value = &attach->rendernode },
		{ .name = "config-dir", .value = &attach->config_dir },
		{ .name = "dry-run", .flag = &attach->is_dry },
		{ .name = "yes", .flag = &attach->is_agreed },
		{ .name = "backups", .flag = &attach->backups },
		{ .name = "json", .flag = &attach->json },
		{ .name = NULL },
	};
	const char *operands[2] = { NULL, NULL };
	int count = vgpu_options_parse(argc, argv, known, operands, 2, err);

	if (count < 0 || check_options(attach, count, err) < 0)
		return -1;
	attach->domain = attach->xml == NULL ? operands[0] : NULL;
	attach->word = attach->xml == NULL ? operands[1] : operands[0];
	return parse_values(attach, err);
}

void vgpu_attach_fit(struct vgpu_attach *attach, const struct vgpu_assignment *assignment)
{
	struct xmlpatch_wishes *wishes = &attach->wishes;

	if (wishes->rendernode == NULL)
		wishes->rendernode = assignment->rendernode;
	if (attach->opregion != NULL)
		wishes->opregion = strcmp(attach->opregion, "on") == 0;
	else
		wishes->opregion = assignment->type == NULL || vgpu_assignment_is_gvt(assignment);
}

/* The XML may be for another host, where the file may exist. */
static int advise_authority(const struct vgpu_attach *attach, struct xmlpatch_result *result,
			    struct base_error *err)
{
	const struct xmlpatch_desktop *desktop = &attach->wishes.desktop;

	if (result->n == 0 || attach->wishes.display != XMLPATCH_DISPLAY_GTK ||
	    desktop->display == NULL)
		return 0;
	if (desktop->authority == NULL)
		return xmlpatch_result_advise(
			result, err,
			"there is no XAUTHORITY in the environment, and no ~/.Xauthority: QEMU can "
			"open its window only after that xhost command");
	if (attach->xml != NULL || access(desktop->authority, F_OK) == 0)
		return 0;
	return xmlpatch_result_advise(
		result, err,
		"the X authority file %s cannot be opened (%s): QEMU can open its window only "
		"after that xhost command, or attach again from your session",
		desktop->authority, strerror(errno));
}

int vgpu_attach_advise(const struct vgpu_attach *attach, const struct vgpu_assignment *assignment,
		       struct xmlpatch_result *result, struct base_error *err)
{
	const struct xmlpatch_wishes *wishes = &attach->wishes;

	if (advise_authority(attach, result, err) < 0)
		return -1;
	if (vgpu_assignment_is_exceeded(assignment, wishes->xres, wishes->yres) &&
	    xmlpatch_result_advise(
		    result, err, "the type %s has %s pixels: the guest may not get %ux%u",
		    assignment->type, assignment->resolution, wishes->xres, wishes->yres) < 0)
		return -1;
	if (wishes->opregion && assignment->type != NULL && !vgpu_assignment_is_gvt(assignment) &&
	    xmlpatch_result_advise(
		    result, err,
		    "the type %s has no OpRegion: with --opregion on QEMU refuses to "
		    "start",
		    assignment->type) < 0)
		return -1;
	return 0;
}
