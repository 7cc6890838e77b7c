/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_OPTIONS_H
#define DISPLAY_OPTIONS_H

#include <SDL_scancode.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "display/decide/pace.h"
#include "display/picture/view.h"
#include "display/source/source.h"
#include "display/window/window.h"
#include "vgpu/base/error.h"

#define DISPLAY_OPTIONS_KEYS 32

/* What the command line asks for; the strings are argv's. */
struct display_options {
	const char *domain;	/* name or UUID; NULL: qmp is given */
	const char *qmp;	/* path of a QMP socket, or NULL */
	const char *connect;	/* libvirt URI, or NULL */
	const char *screenshot; /* file, or NULL */
	const char *directory;	/* of further screenshots */
	const char *stats_json; /* file, or NULL */
	enum display_source_kind source;
	enum display_pace_mode pace;
	int64_t after_ms;   /* of the screenshot, from the first picture; -1: not given */
	int64_t frames;	    /* of the screenshot; -1: not given */
	bool stats;	    /* shown on the window */
	const char *record; /* file, or NULL */
	struct display_layout layout;
	struct display_window_shape shape;
	bool resize;				      /* the guest's screen follows the window */
	SDL_Scancode host_keys[DISPLAY_OPTIONS_KEYS]; /* not for the guest */
	size_t host_key_count;
	unsigned int screen;	/* of the VM, from 1 on */
	bool start, wait, keep; /* what to do if the VM is not running, yet or any more */
	bool follow;		/* a window each time the VM runs */
	bool install_launcher;	/* and do nothing else */
	bool allow_root;
	bool debug;
	bool help, version;
};

/* -1 and err (BASE_MISUSED) for a command line that is wrong. */
int display_options_parse(struct display_options *options, int argc, char **argv,
			  struct base_error *err);

extern const char display_options_usage[];

#endif
