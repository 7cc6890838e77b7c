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

/* One of QEMU's graphic consoles (org.qemu.Display1.Console), its keyboard and mouse. */
struct display_console {
	sd_bus *bus;		     /* borrowed; see display_bus_open */
	struct display_events *loop; /* borrowed */
	char path[DISPLAY_CONSOLE_PATH_SIZE];
	unsigned int number, count; /* among the graphic ones, from 1 on */
	char *label;		    /* owned; its device's id for QEMU; may be NULL */
	char *vm_name;		    /* owned; what QEMU calls the VM; may be empty or NULL */
	uint32_t width, height;	    /* as QEMU had it lately; pixels */
	bool absolute;		    /* its pointer takes places, not steps */
	/* Borrowed; NULL: the input goes to another console. Gets to know `absolute`. */
	struct display_input *input;
	sd_bus_slot *changes;
	/* Called, where the bus is processed, when width or height have changed; may be NULL. */
	void (*resized)(void *data);
	void *resized_data;
};

/*
 * number: which of the graphic consoles, from 1 on; the last one if there are not
 * so many. All functions are for the loop's thread. init and register wait for QEMU's
 * answers, see display_bus_call.
 */
int display_console_init(struct display_console *console, sd_bus *bus, struct display_events *loop,
			 unsigned int number, struct base_error *err);
void display_console_finish(struct display_console *console); /* takes a zeroed one */

/* From now on the input is for this console. NULL: not any more. */
void display_console_set_input(struct display_console *console, struct display_input *input);

/*
 * Asks QEMU anew for width and height, also where a handler asks; serves nobody else
 * meanwhile, half a second for each at most.
 */
int display_console_ask_size(struct display_console *console, struct base_error *err);

/*
 * Gives QEMU one end of a new connection and returns the other, not started
 * yet: QEMU answers first and authenticates then. NULL and err on failure.
 */
sd_bus *display_console_register(struct display_console *console, struct base_error *err);

/* Sends without waiting for an answer; an event that cannot be sent is lost. */
void display_console_send(struct display_console *console, const struct display_input_event *event);

#endif
