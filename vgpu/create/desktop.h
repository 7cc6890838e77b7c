/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_DESKTOP_H
#define VGPU_DESKTOP_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/*
 * The display manager (display-manager.service) and the desktop that it runs take
 * parts of the aperture that a vGPU may need.
 */

/* Whether the display manager is running now. */
int vgpu_desktop_is_running(bool *is_running, struct base_error *err);

/*
 * Replaces this process with a systemd service that stops the display manager, runs
 * this program again with argv (ends with NULL; without the program's name) and
 * then starts the display manager again, whatever happens to the program. The
 * service needs no session and does not end with the terminal that it was started
 * on. Returns only if it cannot be started: -1.
 */
int vgpu_desktop_become_without(char *const argv[], struct base_error *err);

/* Whether this is the program that runs while the display manager is stopped. */
bool vgpu_desktop_is_stopped(void);

/* The unit of that service; the journal has its messages. */
#define VGPU_DESKTOP_UNIT "vgpu-without-desktop"

/*
 * Writes a line for the owner to the journal, because the terminal may have ended
 * with the session.
 */
void vgpu_desktop_record(bool is_failure, const char *text);

#endif
