/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_VIEWER_H
#define DISPLAY_VIEWER_H

#include "display/options.h"
#include "vgpu/base/error.h"

/*
 * Shows a VM until it, or the user, ends it: everything between the options
 * and the exit code. 0 or -1 and err. Main thread, once in a process.
 */
int display_viewer_run(const struct display_options *options, struct base_error *err);

#endif
