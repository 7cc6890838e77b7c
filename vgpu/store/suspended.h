/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_SUSPENDED_H
#define VGPU_SUSPENDED_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/*
 * What `vgpu suspend` has removed and `vgpu resume` brings back: definitions in
 * a store of their own, which a restart of the machine empties. It is root's,
 * below the directory that vgpu/store/lock.h locks.
 */
#define VGPU_SUSPENDED_DIR "/run/vgpu/suspended"

/*
 * Forgets a vGPU that is removed or whose definition is, so that no `resume` makes
 * it again. For the holder of the lock on the usual definitions. *was_there says
 * whether it was remembered in `directory`.
 */
int vgpu_suspended_forget(const char *directory, const char *uuid, bool *was_there,
			  struct base_error *err);

#endif
