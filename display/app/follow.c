/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/follow.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "display/app/signals.h"
#include "display/app/viewer.h"
#include "vgpu/base/log.h"

/* Set if the VM is running and the window for this run was already open. */
#define AGAIN "VGPU_DISPLAY_HAD_A_WINDOW"

/*
 * Each window gets a fresh process: while the viewer waits for days it keeps no GPU driver
 * in memory, and what a driver leaks when it is unloaded does not add up.
 */
int display_follow_run(const struct display_options *options, char **argv, struct base_error *err)
{
	struct display_viewer_end end;
	int result = display_viewer_run(options, getenv(AGAIN) != NULL, &end, err);

	if (!end.was_open || display_signals_have_ended())
		return result;
	if (result < 0)
		base_warning("%s", err->message);
	if (end.vm_runs)
		setenv(AGAIN, "1", 1);
	else
		unsetenv(AGAIN);
	execv("/proc/self/exe", argv);
	return base_error_errno(err, errno, "cannot restart the viewer");
}
