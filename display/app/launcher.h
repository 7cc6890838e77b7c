/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_LAUNCHER_H
#define DISPLAY_LAUNCHER_H

#include "display/app/options.h"
#include "vgpu/base/error.h"

/*
 * Adds the domain of the options to the menu of this user's desktop, or makes its
 * entry anew, and says where. -1 and err if there is no such domain.
 */
int display_launcher_install(const struct display_options *options, struct base_error *err);

#endif
