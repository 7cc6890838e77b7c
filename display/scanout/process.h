/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_PROCESS_H
#define DISPLAY_SCANOUT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "vgpu/base/name.h"

/* A process as far as it matters whose VM it may be (proc(5)). */
struct scanout_process {
	uid_t uid;	      /* all four of its user ids */
	unsigned int numbers; /* of its files: each is below this */
	bool is_system;	      /* a VM of the system's libvirt */
};

/*
 * Reads what neither waits for the process nor can be made up by it; dirfd is its
 * directory in /proc, which stays that process's also when its PID is given to
 * another. False if it is gone or of no use.
 */
bool scanout_process_read(struct scanout_process *process, int dirfd);

/*
 * True if it was started with the arguments `-uuid DOMAIN`, as libvirt starts QEMU
 * (qemuBuildCommandLine in libvirt's qemu_command.c). To be asked only of processes
 * that the caller may see: their arguments are read from their own memory, so
 * one that is out for harm can keep a reader waiting.
 */
bool scanout_process_runs(int dirfd, const char domain[BASE_UUID_SIZE]);

/* --- the texts of /proc, which end with a NUL ------------------------------- */

/* /proc/PID/status: uid and numbers. False for a process that is changing users. */
bool scanout_process_parse_status(struct scanout_process *process, const char *text);

/*
 * /proc/PID/cgroup. Only systemd's machined, asked by root or by polkit's leave, puts
 * processes below machine.slice, and without it libvirt's root daemon puts QEMU
 * below /machine (virCgroupNewMachine in libvirt's vircgroup.c). Slices within
 * machine.slice, and folders x.partition, are root's to make, too. A user's own
 * processes cannot leave the part of the tree that is given to the user.
 */
bool scanout_process_is_system(const char *text);

/* /proc/PID/cmdline: arguments that end with a NUL each. */
bool scanout_process_names(const char *arguments, size_t length, const char domain[BASE_UUID_SIZE]);

#endif
