/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_PROGRAM_H
#define VGPU_PROGRAM_H

#include <stddef.h>

#include "vgpu/base/error.h"

/*
 * What talks to libvirt or reads XML is a program of its own, vgpu-domain: its
 * libraries take ten times as long to load as all that vgpu does without them.
 * It is beside vgpu (as it is built) or in VGPU_LIBEXECDIR (as it is installed).
 */

/*
 * Goes on as `vgpu-domain argv[0] argv[1]...` (argv ends with NULL). Returns
 * only if that cannot be started: -1.
 */
int vgpu_program_become(char *const argv[], struct base_error *err);

/*
 * Runs `path argv[1]...` (argv[0] is only its name; path without a slash is
 * looked up in PATH) with nothing on its standard input and waits for it. Its
 * standard output, at most `limit` bytes, is *output (owned by the caller, ends
 * with a NUL), or is passed on where output is NULL. -1 if it cannot be started,
 * says too much or ends with anything but 0: then the error is the last line of
 * its standard error, without its own name in front, where it wrote any.
 */
int vgpu_program_run(const char *path, const char *const argv[], size_t limit, char **output,
		     struct base_error *err);

/*
 * As vgpu_program_run, for this very program and for vgpu-domain: what they say on
 * standard error is passed on if they end with 0 (its last some thousand bytes).
 */
int vgpu_program_run_self(const char *const argv[], size_t limit, char **output,
			  struct base_error *err);
int vgpu_program_ask_domain(const char *const argv[], size_t limit, char **output,
			    struct base_error *err);

#endif
