/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach-arguments.h"

#include <stdlib.h>
#include <string.h>

#include "xmlpatch/qemu.h"
#include "xmlpatch/text.h"

#define GTK "gtk,gl=on"

/* QEMU accepts options with one dash and with two. */
static bool is_display(const char *argument)
{
	static const char *const names[] = { "-display", "-vnc",       "-spice", "-sdl",
					     "-gtk",	 "-nographic", NULL };

	return xmlpatch_text_is_one_of(
		argument[0] == '-' && argument[1] == '-' ? argument + 1 : argument, names);
}

/*
 * Before libvirt supported vGPUs, people gave QEMU the vGPU by hand, or settings for the
 * first host device by libvirt's name for it. With an alias that name is another one, and
 * the settings would be lost.
 */
static int refuse_vgpu(const struct xmlpatch_attach *attach, const char *argument,
		       struct base_error *err)
{
	bool is_vgpu = strcasestr(argument, attach->uuid) != NULL;
	bool is_setting = attach->vgpu != NULL && strncmp(argument, "device.hostdev", 14) == 0;

	if (!is_vgpu && !is_setting)
		return 0;
	return base_error_set(err, BASE_FAILED,
			      "the domain's <qemu:commandline> already has a vGPU with %.80s: "
			      "remove that argument and the one before it first",
			      argument);
}

/*
 * libvirt's own arguments come first and QEMU obeys the last, so a display among these
 * would win over the one that is wanted. *has_gtk says that the one for GTK is there.
 */
static int check_arguments(const struct xmlpatch_attach *attach, bool *has_gtk,
			   struct base_error *err)
{
	bool wants_none = attach->wishes->display == XMLPATCH_DISPLAY_NONE;
	bool wants_gtk = attach->wishes->display == XMLPATCH_DISPLAY_GTK;
	xmlNode *arg = NULL;

	*has_gtk = false;
	for (;;) {
		BASE_AUTO(free)
		char *argument = xmlpatch_qemu_next_argument(attach->guest.root, &arg);
		const xmlNode *next;

		if (argument == NULL)
			return 0;
		if (refuse_vgpu(attach, argument, err) < 0)
			return -1;
		if (wants_none || !is_display(argument))
			continue;
		next = xmlpatch_qemu_child(arg->parent, "arg", arg);
		if (wants_gtk && strstr(argument, "-display") != NULL &&
		    xmlpatch_document_has(next, "value", GTK)) {
			*has_gtk = true;
			continue;
		}
		return base_error_set(err, BASE_FAILED,
				      "the domain's <qemu:commandline> has %s, which cannot be "
				      "combined with another display: remove it first ('vgpu "
				      "detach' does, if it came from 'vgpu attach --display gtk')",
				      argument);
	}
}

/* A variable of QEMU's environment; it is left out if its value is NULL. */
struct variable {
	const char *name;
	const char *value;
};

static xmlNode *find_env(const struct xmlpatch_attach *attach, const char *name)
{
	xmlNode *commandline = xmlpatch_qemu_child(attach->guest.root, "commandline", NULL);

	for (; commandline != NULL;
	     commandline = xmlpatch_qemu_child(attach->guest.root, "commandline", commandline)) {
		xmlNode *env = xmlpatch_qemu_child(commandline, "env", NULL);

		for (; env != NULL; env = xmlpatch_qemu_child(commandline, "env", env)) {
			if (xmlpatch_document_has(env, "name", name))
				return env;
		}
	}
	return NULL;
}

static int put_variable(struct xmlpatch_attach *attach, const struct variable *variable,
			const char *prefix, struct base_error *err)
{
	xmlNode *env = find_env(attach, variable->name);
	BASE_AUTO(free) char *escaped = NULL;

	for (const char *p = variable->value; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			return base_error_set(err, BASE_FAILED,
					      "%s in the environment has a character that is not "
					      "printable ASCII",
					      variable->name);
	}
	if (xmlpatch_document_has(env, "value", variable->value))
		return 0;
	if (env != NULL) {
		xmlpatch_edits_set(&attach->edits, env, "value", variable->value);
	} else {
		escaped = xmlpatch_edit_escape(variable->value);
		if (escaped == NULL)
			return xmlpatch_text_no_memory(err);
		if (xmlpatch_attach_add(&attach->arguments, err, "<%senv name='%s' value='%s'/>",
					prefix, variable->name, escaped) < 0)
			return -1;
	}
	return xmlpatch_attach_note(attach, err, "set %s for QEMU to %s", variable->name,
				    variable->value);
}

/*
 * A Wayland client looks for $WAYLAND_DISPLAY in $XDG_RUNTIME_DIR, or uses it as a path if it
 * begins with a slash.
 */
static int advise_wayland(struct xmlpatch_attach *attach, const char *user, struct base_error *err)
{
	const struct xmlpatch_desktop *desktop = &attach->wishes->desktop;
	const char *socket = desktop->wayland;
	bool is_path = *socket == '/';
	const char *directory = is_path ? socket : desktop->runtime_dir;
	/* Up to the last slash; in "/socket" that slash is the directory itself. */
	int length = (int)(is_path ? strrchr(socket, '/') - socket : (ssize_t)strlen(directory));

	return xmlpatch_attach_advise(
		attach, err,
		"let QEMU's user reach the compositor, after each login: setfacl -m u:%s:x %.*s && "
		"setfacl -m u:%s:rw %s%s%s",
		user, length == 0 ? 1 : length, directory, user,
		is_path ? "" : desktop->runtime_dir, is_path ? "" : "/", socket);
}

/*
 * X comes first: it is easier to share with another user, and Wayland desktops have it as
 * well.
 */
static int advise_desktop(struct xmlpatch_attach *attach, struct base_error *err)
{
	const struct xmlpatch_desktop *desktop = &attach->wishes->desktop;
	const char *user = desktop->qemu_user == NULL ? "libvirt-qemu" : desktop->qemu_user;

	if (desktop->display != NULL)
		return xmlpatch_attach_advise(
			attach, err,
			"let QEMU's user, and nobody else, open windows on your screen, after "
			"each login: xhost +si:localuser:%s (a bare 'xhost +' would let in "
			"everybody)",
			user);
	if (desktop->wayland != NULL && (*desktop->wayland == '/' || desktop->runtime_dir != NULL))
		return advise_wayland(attach, user, err);
	return xmlpatch_attach_advise(
		attach, err,
		"neither DISPLAY nor WAYLAND_DISPLAY is set, and QEMU finds no screen for its "
		"window: run this in your desktop session (as root with sudo --preserve-env)");
}

int xmlpatch_attach_put_arguments(struct xmlpatch_attach *attach, struct base_error *err)
{
	const struct xmlpatch_desktop *desktop = &attach->wishes->desktop;
	struct xmlpatch_qemu_prefix prefix;
	bool has_x = desktop->display != NULL;
	/* GTK must not scale: a pixel of the guest is a pixel on the screen. */
	const struct variable variables[] = {
		{ "GDK_SCALE", "1" },
		{ "GDK_DPI_SCALE", "1" },
		{ "GDK_BACKEND", has_x			    ? "x11"
				 : desktop->wayland != NULL ? "wayland"
							    : NULL },
		{ "DISPLAY", desktop->display },
		{ "XAUTHORITY", has_x ? desktop->authority : NULL },
		{ "WAYLAND_DISPLAY", has_x ? NULL : desktop->wayland },
		{ "XDG_RUNTIME_DIR", has_x ? NULL : desktop->runtime_dir },
	};
	bool has_gtk;

	if (check_arguments(attach, &has_gtk, err) < 0)
		return -1;
	if (attach->wishes->display != XMLPATCH_DISPLAY_GTK)
		return 0;
	if (xmlpatch_qemu_find_prefix(&prefix, &attach->document,
				      xmlpatch_qemu_child(attach->guest.root, "commandline", NULL),
				      err) < 0)
		return -1;
	if (!has_gtk) {
		if (xmlpatch_attach_add(&attach->arguments, err,
					"<%sarg value='-display'/>\n<%sarg value='" GTK "'/>",
					prefix.text, prefix.text) < 0 ||
		    xmlpatch_attach_note(attach, err, "added the QEMU arguments -display " GTK) < 0)
			return -1;
	}
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		if (variables[i].value != NULL &&
		    put_variable(attach, &variables[i], prefix.text, err) < 0)
			return -1;
	}
	return advise_desktop(attach, err);
}
