/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_SERVE_H
#define DISPLAY_SCANOUT_SERVE_H

#include "display/scanout/caller.h"
#include "vgpu/base/error.h"

/* The time within which a viewer must send OPEN; milliseconds. */
#define SCANOUT_OPEN_MS 5000

/*
 * How often to check that QEMU still has the vGPU, which may be unplugged while the VM runs.
 * After this time at the latest another VM can have it. Milliseconds.
 */
#define SCANOUT_HELD_MS 250

/*
 * Serves one viewer on a socket as protocol.h describes, from its first request until the
 * viewer hangs up or the VM releases the vGPU. Returns 0, also if the viewer was refused or
 * broke the protocol; -1 and err if this program could not do its work. If this hangs for
 * seconds, for example on a file of a hostile VM, the process is killed (alarm(2)).
 */
int scanout_serve(int socket, const struct scanout_caller *caller, struct base_error *err);

#endif
