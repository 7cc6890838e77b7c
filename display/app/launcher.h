/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_LAUNCHER_H
#define DISPLAY_LAUNCHER_H

#include "display/app/options.h"
#include "vgpu/base/error.h"

/*
 * Adds the domain of the options to the menu of this user's desktop, or replaces its entry,
 * and prints the entry's path. -1 and err if there is no such domain or the entry cannot be
 * written.
 */
int display_launcher_install(const struct display_options *options, struct base_error *err);

#endif
