/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_FOLLOW_H
#define DISPLAY_FOLLOW_H

#include "display/app/options.h"
#include "vgpu/base/error.h"

/*
 * Opens a window each time the VM runs, until a signal ends it: 0. -1 and err if
 * it cannot be known when the VM runs, or no window be opened. argv is the
 * program's, whole.
 */
int display_follow_run(const struct display_options *options, char **argv, struct base_error *err);

#endif
