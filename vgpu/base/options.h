/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_OPTIONS_H
#define VGPU_OPTIONS_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/* One option of a command: exactly one of value and flag is set. */
struct vgpu_option {
	const char *name; /* without the dashes */
	const char **value;
	bool *flag;
};

/*
 * Reads `--name VALUE`, `--name=VALUE`, `--flag`, operands and `--` from argv
 * (argv[0] is the command's name). `options` ends with a NULL name. Values and
 * operands point into argv. Returns the number of operands, or -1 with
 * BASE_MISUSED for an unknown, repeated or incomplete option and for more than
 * `most` operands.
 */
int vgpu_options_parse(int argc, char **argv, const struct vgpu_option *options,
		       const char **operands, int most, struct base_error *err);

/*
 * BASE_MISUSED for what is wrong with a command's arguments: "COMMAND: what; 'vgpu help
 * COMMAND' tells more".
 */
int vgpu_options_refuse(struct base_error *err, const char *command, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
