/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_PROCESS_H
#define VGPU_PROCESS_H

#include "vgpu/base/cleanup.h"

/* What /proc says about a process. The texts are owned and have one line each. */
struct vgpu_process {
	long pid;      /* 0: no process */
	char *command; /* its short name; NULL if it cannot be read */
	char *domain;  /* the guest's name in QEMU's options; NULL if none */
};

/*
 * Reads the process `pid` below the directory proc (/proc). What cannot be read,
 * for example without permission, is left unknown.
 */
void vgpu_process_init(struct vgpu_process *process, int proc, long pid);

/*
 * The guest's name in a command line whose arguments each end with a NUL: the NAME
 * of `-name guest=NAME,...` or `-name NAME`. Owned by the caller; NULL if none.
 */
char *vgpu_process_find_domain(const char *command_line, size_t length);

/* "the domain win10 (qemu-system-x86, PID 123)"; owned by the caller, NULL without memory. */
char *vgpu_process_describe(const struct vgpu_process *process);

/* Takes NULL and a zeroed process. */
void vgpu_process_finish(struct vgpu_process *process);

BASE_DEFINE_CLEANUP(vgpu_process, struct vgpu_process, vgpu_process_finish)

#endif
