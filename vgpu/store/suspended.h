/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_SUSPENDED_H
#define VGPU_SUSPENDED_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/*
 * What `vgpu suspend` has removed and `vgpu resume` brings back: definitions in a
 * separate store, which a restart of the machine empties. It belongs to root and is
 * below the directory that vgpu/store/lock.h locks.
 */
#define VGPU_SUSPENDED_DIR "/run/vgpu/suspended"

/*
 * Forgets a vGPU that is removed, or whose definition is removed, so that no `vgpu
 * resume` makes it again. Only a process that has the lock on the usual definitions
 * may call this. *was_there says whether `directory` had it.
 */
int vgpu_suspended_forget(const char *directory, const char *uuid, bool *was_there,
			  struct base_error *err);

#endif
