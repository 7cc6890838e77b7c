/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_SERVE_H
#define DISPLAY_SCANOUT_SERVE_H

#include "display/scanout/caller.h"
#include "vgpu/base/error.h"

/* Within which a viewer says OPEN; milliseconds. */
#define SCANOUT_OPEN_MS 5000

/*
 * How often it is looked whether QEMU still has the vGPU, which may be unplugged while
 * the VM runs: another VM can have it no later than that. Milliseconds.
 */
#define SCANOUT_HELD_MS 250

/*
 * Serves one viewer on a socket of protocol.h, from its first request to its end or
 * the vGPU's. 0 also if it was refused or lied; -1 if this program could not do its
 * work. A process that this keeps waiting for seconds, for instance in a file
 * of a VM that is out for harm, is killed (alarm(2)).
 */
int scanout_serve(int socket, const struct scanout_caller *caller, struct base_error *err);

#endif
