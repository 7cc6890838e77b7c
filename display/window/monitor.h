/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_MONITOR_H
#define DISPLAY_MONITOR_H

#include "vgpu/base/error.h"

/*
 * SDL's index of a monitor by its name, its number from 1 on, or the first part of
 * its name up to a space (SDL has "HDMI-A-1 27" for it). -1 and err (BASE_MISUSED),
 * which lists those that there are. The display server must be connected.
 */
int display_monitor_find(const char *name, struct base_error *err);

#endif
