/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_PRIVILEGE_H
#define DISPLAY_SCANOUT_PRIVILEGE_H

#include "vgpu/base/error.h"

/*
 * Drops every capability except CAP_SYS_PTRACE, with which pidfd_getfd(2) can duplicate a
 * file of another user's QEMU. If the process does not have CAP_SYS_PTRACE, it does not get
 * it. Executing a file can give no privileges afterwards. -1 and err on failure.
 */
int scanout_privilege_drop(struct base_error *err);

#endif
