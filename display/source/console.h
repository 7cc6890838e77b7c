/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_CONSOLE_H
#define DISPLAY_CONSOLE_H

#include <stdint.h>
#include <systemd/sd-bus.h>

#include "display/mailbox/input.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/error.h"

BASE_DEFINE_CLEANUP(bus_error, sd_bus_error, sd_bus_error_free)

#define DISPLAY_CONSOLE_PATH_SIZE 64

/* One of QEMU's graphic consoles (org.qemu.Display1.Console), its keyboard and mouse. */
struct display_console {
	sd_bus *bus; /* borrowed */
	char path[DISPLAY_CONSOLE_PATH_SIZE];
	unsigned int number, count;  /* among the graphic ones, from 1 on */
	char *label;		     /* owned; its device's id for QEMU; may be NULL */
	char *vm_name;		     /* owned; what QEMU calls the VM; may be empty or NULL */
	uint32_t width, height;	     /* as QEMU had it at the beginning; pixels */
	struct display_input *input; /* borrowed; gets to know IsAbsolute */
	sd_bus_slot *changes;
	/* Called, where the bus is processed, when width or height have changed; may be NULL. */
	void (*resized)(void *data);
	void *resized_data;
};

/*
 * A bus on one end of a socket that QEMU authenticates; takes the fd, also when
 * it fails. Authentication is EXTERNAL, sd-bus's default: QEMU hangs up on an
 * anonymous client. NULL and err if the bus cannot be made.
 */
sd_bus *display_console_open_bus(int fd, struct base_error *err);

/*
 * number: which of the graphic consoles, from 1 on; the last one if there are not
 * so many. The functions below must be called where the bus is processed. init and
 * register wait for QEMU's answer, 10 seconds at most.
 */
int display_console_init(struct display_console *console, sd_bus *bus, unsigned int number,
			 struct display_input *input, struct base_error *err);
void display_console_finish(struct display_console *console); /* takes a zeroed one */

/* Asks QEMU anew for width and height; waits half a second for each at most. */
int display_console_ask_size(struct display_console *console, struct base_error *err);

/*
 * Gives QEMU one end of a new connection and returns the other, not started
 * yet: QEMU answers first and authenticates then. NULL and err on failure.
 */
sd_bus *display_console_register(struct display_console *console, struct base_error *err);

/*
 * Starts a bus that register gave and answers until QEMU has authenticated, 10
 * seconds at most. Not left to an event loop: sd-bus reads QEMU's first call
 * together with the end of the handshake, and a loop, which sees an empty
 * socket then, would never hand that call out. -1 and err if QEMU hangs up.
 */
int display_console_start_listener(sd_bus *bus, struct base_error *err);

/* Sends without waiting for an answer; an event that cannot be sent is lost. */
void display_console_send(struct display_console *console, const struct display_input_event *event);

#endif
