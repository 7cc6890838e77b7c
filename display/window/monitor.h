/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_MONITOR_H
#define DISPLAY_MONITOR_H

#include "vgpu/base/error.h"

/*
 * SDL's index of a monitor, found by its name, its number (from 1), or the first word of its
 * name (SDL's name may be "HDMI-A-1 27"). -1 and err (BASE_MISUSED), which lists the monitors,
 * if there is no such one. The display server must be connected.
 */
int display_monitor_find(const char *name, struct base_error *err);

#endif
