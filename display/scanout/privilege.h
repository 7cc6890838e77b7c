/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_PRIVILEGE_H
#define DISPLAY_SCANOUT_PRIVILEGE_H

#include "vgpu/base/error.h"

/*
 * Gives away every capability but CAP_SYS_PTRACE, which lets pidfd_getfd(2) take a file
 * of another user's QEMU and is not gained where it is not there, and with it
 * the way to gain any by executing a file.
 */
int scanout_privilege_drop(struct base_error *err);

#endif
