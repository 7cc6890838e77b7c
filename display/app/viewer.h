/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_VIEWER_H
#define DISPLAY_VIEWER_H

#include "display/app/options.h"
#include "vgpu/base/error.h"

struct display_viewer_end {
	bool was_open; /* the window was shown a VM that ran */
	bool vm_runs;  /* still */
};

/*
 * Shows a VM until it, or the user, ends it. 0 or -1 and err; *end is filled in
 * either case. had_window: the VM's run that goes on now is not to be shown, the
 * next one is. Main thread, once in a process.
 */
int display_viewer_run(const struct display_options *options, bool had_window,
		       struct display_viewer_end *end, struct base_error *err);

#endif
