/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_OPTIONS_H
#define DISPLAY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "vgpu/base/error.h"

/* What the command line asks for; the strings are argv's. */
struct display_options {
	const char *domain;	/* NULL: qmp is given */
	const char *qmp;	/* path of a QMP socket, or NULL */
	const char *connect;	/* libvirt URI, or NULL */
	const char *screenshot; /* file, or NULL */
	const char *directory;	/* of further screenshots */
	int64_t after_ms;	/* of the screenshot, from the first picture; -1: not given */
	int64_t frames;		/* of the screenshot; -1: not given */
	bool allow_root;
	bool debug;
	bool help, version;
};

/* -1 and err (BASE_MISUSED) for a command line that makes no sense. */
int display_options_parse(struct display_options *options, int argc, char **argv,
			  struct base_error *err);

extern const char display_options_usage[];

#endif
