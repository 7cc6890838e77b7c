/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_PROGRAM_H
#define VGPU_PROGRAM_H

#include <stddef.h>

#include "vgpu/base/error.h"

/*
 * All that talks to libvirt or reads XML is in a separate program, vgpu-domain,
 * because its libraries take ten times as long to load as vgpu's other commands
 * take to run. It is beside vgpu (as built) or in VGPU_LIBEXECDIR (as installed).
 */

/*
 * Replaces this process with `vgpu-domain argv[0] argv[1]...` (argv ends with
 * NULL). Returns only if that cannot be started: -1.
 */
int vgpu_program_become(char *const argv[], struct base_error *err);

/*
 * Runs `path argv[1]...` with an empty standard input and waits for it. argv[0] is
 * only its name; a path without a slash is looked up in PATH. Its standard output,
 * at most `limit` bytes, becomes *output (owned by the caller, ends with a NUL), or
 * is passed on if output is NULL. Returns -1 if it cannot be started, writes too
 * much or does not exit with 0: then the error is the last line of its standard
 * error, if it wrote any, without the program's name.
 */
int vgpu_program_run(const char *path, const char *const argv[], size_t limit, char **output,
		     struct base_error *err);

/*
 * As vgpu_program_run, for this program itself and for vgpu-domain: if they exit
 * with 0, the last few thousand bytes of their standard error are passed on.
 */
int vgpu_program_run_self(const char *const argv[], size_t limit, char **output,
			  struct base_error *err);
int vgpu_program_ask_domain(const char *const argv[], size_t limit, char **output,
			    struct base_error *err);

#endif
