/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_VIEWER_H
#define DISPLAY_VIEWER_H

#include "display/app/options.h"
#include "vgpu/base/error.h"

struct display_viewer_end {
	bool was_open; /* the viewer was connected to a running VM */
	bool vm_runs;  /* the VM is still running */
};

/*
 * Shows a VM until the VM or the user ends it. Returns 0, or -1 and err; *end is filled in
 * either case. had_window: the current run of the VM already had a window, so show the next
 * run. Main thread, once in a process.
 */
int display_viewer_run(const struct display_options *options, bool had_window,
		       struct display_viewer_end *end, struct base_error *err);

#endif
