/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_CONSOLE_H
#define DISPLAY_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "display/mailbox/input.h"
#include "display/source/events.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/error.h"

#define DISPLAY_CONSOLE_PATH_SIZE 64

/* One of QEMU's graphical consoles (org.qemu.Display1.Console), with its keyboard and mouse. */
struct display_console {
	sd_bus *bus;		     /* borrowed; see display_bus_open */
	struct display_events *loop; /* borrowed */
	char path[DISPLAY_CONSOLE_PATH_SIZE];
	unsigned int number, count; /* number among the graphical ones, from 1, and of all */
	char *label;		    /* owned; QEMU's id of its device; may be NULL */
	char *vm_name;		    /* owned; QEMU's name of the VM; may be empty or NULL */
	uint32_t width, height;	    /* as last reported by QEMU; pixels */
	bool absolute;		    /* its pointer is absolute, not relative */
	/* Borrowed; is told `absolute`. NULL: the input goes to another console. */
	struct display_input *input;
	sd_bus_slot *changes;
	/* Called by a handler of the bus when width or height has changed; may be NULL. */
	void (*resized)(void *data);
	void *resized_data;
};

/*
 * number: which of the graphical consoles, from 1; the last one if there are fewer. All
 * functions must be called on the loop's thread. init and register wait for QEMU's answers, see
 * display_bus_call.
 */
int display_console_init(struct display_console *console, sd_bus *bus, struct display_events *loop,
			 unsigned int number, struct base_error *err);
void display_console_finish(struct display_console *console); /* takes a zeroed one */

/* From now on the input goes to this console. NULL: no longer. */
void display_console_set_input(struct display_console *console, struct display_input *input);

/*
 * Asks QEMU again for width and height; a handler may call it. Nothing else is served
 * meanwhile, for at most half a second each.
 */
int display_console_ask_size(struct display_console *console, struct base_error *err);

/*
 * Gives QEMU one end of a new connection and returns the other one. It is not started yet,
 * because QEMU answers this call before it authenticates. NULL and err on failure.
 */
sd_bus *display_console_register(struct display_console *console, struct base_error *err);

/* Sends an event without waiting for an answer; if it cannot be sent it is lost. */
void display_console_send(struct display_console *console, const struct display_input_event *event);

#endif
