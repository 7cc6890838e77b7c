/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_LIFE_H
#define DISPLAY_LIFE_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "display/app/options.h"
#include "display/mailbox/input.h"
#include "display/mailbox/mailbox.h"
#include "display/source/source.h"
#include "display/source/vm.h"
#include "vgpu/base/error.h"

/*
 * The life of the VM that a window shows: waited for, started, shown, and by
 * --keep shown again after it has stopped. Main thread only.
 */
struct display_life {
	const struct display_options *options;
	sd_event *event;
	struct display_mailbox *mailbox;
	struct display_input *input;
	struct display_vm *vm;
	struct display_source *source; /* of pictures, or the one that waits for the VM */
	struct display_source *direct; /* NULL: only what QEMU hands out */
	char *title;		       /* owned; what the VM was called last */
	unsigned int screen;	       /* of the VM, from 1 on */
	bool away;		       /* the VM does not run */
	bool runs_on;		       /* after close: the VM does */
};

/* What the end of a source, or a wish for another one, means for the window. */
enum display_turn {
	DISPLAY_TURN_NONE, /* nothing */
	DISPLAY_TURN_END,  /* its end */
	DISPLAY_TURN_AWAY, /* the VM does not run */
	DISPLAY_TURN_BACK, /* there is a source of pictures that is not started yet */
};

/* Finds the VM; wake and data are the mailbox's. */
int display_life_init(struct display_life *life, const struct display_options *options,
		      void (*wake)(void *data), void *data, struct base_error *err);

/* Starts the VM, or waits for it, as the options say. -1 and err if it does not run. */
int display_life_await(struct display_life *life, struct base_error *err);

/* Waits until the VM does not run any more. -1 and err if that cannot be seen. */
int display_life_await_end(struct display_life *life, struct base_error *err);

/* Makes the source of a VM that runs; its size is known then. */
int display_life_open(struct display_life *life, struct base_error *err);

/* From now on the mailbox is filled; a VM that ends meanwhile is away, with --keep. */
int display_life_start(struct display_life *life, struct base_error *err);

void display_life_set_hidden(struct display_life *life, bool hidden);

/* What comes after an update that says ended; -1 and err for a bad end. */
int display_life_turn(struct display_life *life, struct display_update *update,
		      enum display_turn *turn, struct base_error *err);

/*
 * Another one of the VM's screens: DISPLAY_TURN_NONE where it is shown already or
 * there is none of that number, which is said. -1 and err if a VM that runs gives
 * none any more.
 */
int display_life_switch(struct display_life *life, unsigned int screen, enum display_turn *turn,
			struct base_error *err);

/* Ends the source and lets go of the VM and of the signals: what input there is goes out. */
void display_life_close(struct display_life *life);
void display_life_finish(struct display_life *life); /* after close; takes a zeroed one */

#endif
