/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_FOLLOW_H
#define DISPLAY_FOLLOW_H

#include "display/app/options.h"
#include "vgpu/base/error.h"

/*
 * Opens a window each time the VM runs, until a signal ends the viewer. Returns 0, or -1
 * and err if the VM's state cannot be watched or no window can be opened. argv is the whole
 * command line of the program.
 */
int display_follow_run(const struct display_options *options, char **argv, struct base_error *err);

#endif
