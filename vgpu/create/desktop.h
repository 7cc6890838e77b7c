/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_DESKTOP_H
#define VGPU_DESKTOP_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/*
 * The display manager (display-manager.service) and the desktop that it runs take
 * parts of the aperture that a vGPU may need.
 */

/* Whether it runs now. */
int vgpu_desktop_is_running(bool *is_running, struct base_error *err);

/*
 * Goes on as a service of systemd's own that stops the display manager, runs this
 * program again with argv (ends with NULL; without the program's name) and starts
 * the display manager again whatever happens to it. It needs no session, and none
 * of this ends with the terminal that it was started on. Returns only if that
 * cannot be started: -1.
 */
int vgpu_desktop_become_without(char *const argv[], struct base_error *err);

/* Whether this is the program that runs while the display manager is stopped. */
bool vgpu_desktop_is_stopped(void);

/* The unit that this runs as: the journal has what it records. */
#define VGPU_DESKTOP_UNIT "vgpu-without-desktop"

/*
 * Leaves a line for the owner in the journal, as the terminal of the session that
 * was ended may show nothing any more.
 */
void vgpu_desktop_record(bool is_failure, const char *text);

#endif
