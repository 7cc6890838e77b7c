/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_PROCESS_H
#define DISPLAY_SCANOUT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "vgpu/base/name.h"

/* The properties of a process that tell whose VM it may be (proc(5)). */
struct scanout_process {
	uid_t uid;	      /* all four of its user ids */
	unsigned int numbers; /* its file numbers are below this */
	bool is_system;	      /* it is a VM of the system's libvirt */
};

/*
 * Reads only files that the process can neither delay nor fake. dirfd is its directory in
 * /proc, which stays that process's even if its PID is reused. False if it is gone or cannot
 * be a VM.
 */
bool scanout_process_read(struct scanout_process *process, int dirfd);

/*
 * True if it was started with the arguments `-uuid DOMAIN`, as libvirt starts QEMU
 * (qemuBuildCommandLine in libvirt's qemu_command.c). Call it only for processes that the
 * caller may see: the arguments are read from the process's own memory, so a hostile process
 * can keep the reader waiting.
 */
bool scanout_process_runs(int dirfd, const char domain[BASE_UUID_SIZE]);

/* --- the texts of /proc, which end with a NUL ------------------------------- */

/* /proc/PID/status: uid and numbers. False for a process that is changing users. */
bool scanout_process_parse_status(struct scanout_process *process, const char *text);

/*
 * /proc/PID/cgroup. Only systemd-machined, asked by root or with polkit's permission, puts
 * processes below machine.slice. Without it, libvirt's root daemon puts QEMU below /machine
 * (virCgroupNewMachine in libvirt's vircgroup.c). Only root can make slices within
 * machine.slice, and folders x.partition. A user's own processes cannot leave the part of the
 * tree that is given to the user.
 */
bool scanout_process_is_system(const char *text);

/* /proc/PID/cmdline: arguments, each of which ends with a NUL. */
bool scanout_process_names(const char *arguments, size_t length, const char domain[BASE_UUID_SIZE]);

#endif
