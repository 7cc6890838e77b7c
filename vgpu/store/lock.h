/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_LOCK_H
#define VGPU_LOCK_H

#include "vgpu/base/error.h"

/* Seconds that a command waits if the machine runs it, not a person. */
#define VGPU_LOCK_LONG_PATIENCE 600

/*
 * Waits, at most `seconds`, until no other vgpu changes vGPUs, and keeps others out
 * until the caller closes the returned fd. After a second it prints which process
 * it waits for. The lock is on the directory `config_dir` or, if that is NULL or
 * the usual one, on /run/vgpu, which only root can open, so that nobody else can
 * delay a restore at boot. Returns -1 on failure.
 *
 * Once the lock is held, signals that would end the process are blocked: a Ctrl-C
 * must not leave a vGPU without its definition.
 *
 * A process that has the lock must not wait for libvirt, because libvirt holds a
 * domain while its hook waits for this lock.
 */
int vgpu_lock_wait(const char *config_dir, int seconds, struct base_error *err);

/* Whether config_dir is the `usual` directory for definitions, under any name. */
bool vgpu_lock_is_usual(const char *config_dir, const char *usual);

/* As vgpu_lock_wait, for a command that a person types: waits half a minute. */
int vgpu_lock_take(const char *config_dir, struct base_error *err);

/* Releases the lock in a process that has more to do; takes -1. */
void vgpu_lock_release(int *lock);

BASE_DEFINE_CLEANUP(vgpu_lock, int, vgpu_lock_release)

#endif
