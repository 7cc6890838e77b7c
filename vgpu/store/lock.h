/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_LOCK_H
#define VGPU_LOCK_H

#include "vgpu/base/error.h"

/* Seconds that a command waits which the machine runs, and not a person. */
#define VGPU_LOCK_LONG_PATIENCE 600

/*
 * Waits, at most `seconds`, until no other vgpu changes vGPUs and keeps it so until
 * the fd that is returned is closed (by the caller). After a second it says for
 * whom it waits. The lock is on the directory `config_dir`,
 * or, where that is NULL or the usual one, on /run/vgpu, which only root can open: nobody else
 * can hold a restore up at boot. -1 on failure.
 *
 * Once the lock is there, signals that would end the process wait for good: no
 * vGPU stays without its definition because of a Ctrl-C between the two.
 *
 * Whoever has it must not wait for libvirt, which holds a domain while its hook
 * waits for this lock.
 */
int vgpu_lock_wait(const char *config_dir, int seconds, struct base_error *err);

/* Whether config_dir is the `usual` directory for definitions, by whichever name. */
bool vgpu_lock_is_usual(const char *config_dir, const char *usual);

/* As vgpu_lock_wait, for a command that a person types: half a minute. */
int vgpu_lock_take(const char *config_dir, struct base_error *err);

/* Gives the lock back, where more is to be done than to end; takes -1. */
void vgpu_lock_release(int *lock);

BASE_DEFINE_CLEANUP(vgpu_lock, int, vgpu_lock_release)

#endif
