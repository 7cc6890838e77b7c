/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_LOCK_H
#define VGPU_LOCK_H

#include "vgpu/base/error.h"

/*
 * Waits until no other vgpu changes vGPUs and keeps it so until the fd that is
 * returned is closed (by the caller). The lock is on the directory `config_dir`,
 * or, where that is NULL, on /run/vgpu, which only root can open: nobody else
 * can hold a restore up at boot. -1 on failure.
 *
 * Once the lock is there, signals that would end the process wait for good: no
 * vGPU stays without its definition because of a Ctrl-C between the two.
 */
int vgpu_lock_take(const char *config_dir, struct base_error *err);

#endif
