/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <unistd.h>

#include "display/app/follow.h"
#include "display/app/launcher.h"
#include "display/app/options.h"
#include "display/app/viewer.h"
#include "display/window/hotkey.h"
#include "vgpu/base/error.h"
#include "vgpu/base/log.h"

static int help(void)
{
	fputs(display_options_usage, stdout);
	display_hotkey_print(stdout);
	return ferror(stdout) ? BASE_FAILED : BASE_DONE;
}

static int check_user(const struct display_options *options, struct base_error *err)
{
	if (geteuid() != 0 || options->allow_root)
		return 0;
	return base_error_set(
		err, BASE_MISUSED,
		"refusing to run as root, because a guest's picture is hostile input: "
		"run it as a user of group libvirt, or add --allow-root");
}

static int run(const struct display_options *options, char **argv, struct base_error *err)
{
	struct display_viewer_end end;

	if (options->install_launcher)
		return display_launcher_install(options, err);
	if (options->follow)
		return display_follow_run(options, argv, err);
	return display_viewer_run(options, false, &end, err);
}

int main(int argc, char **argv)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct display_options options;

	base_log_init("vgpu-display", BASE_LOG_INFO);
	if (display_options_parse(&options, argc, argv, &err) < 0)
		return base_log_error(&err);
	if (options.help)
		return help();
	if (options.version)
		return puts("vgpu-display " VGPU_VERSION) < 0 ? BASE_FAILED : BASE_DONE;
	if (options.debug)
		base_log_init("vgpu-display", BASE_LOG_DEBUG);
	if (check_user(&options, &err) < 0 || run(&options, argv, &err) < 0)
		return base_log_error(&err);
	return BASE_DONE;
}
