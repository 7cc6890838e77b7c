/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_BUS_H
#define DISPLAY_BUS_H

#include <systemd/sd-bus.h>

#include "display/source/events.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/error.h"

BASE_DEFINE_CLEANUP_PTR(bus_message, sd_bus_message, sd_bus_message_unref)
BASE_DEFINE_CLEANUP_PTR(bus_slot, sd_bus_slot, sd_bus_slot_unref)

/* How long QEMU may take to answer; milliseconds. */
#define DISPLAY_BUS_PATIENCE_MS 10000

/*
 * Opens D-Bus on a socket to QEMU, which authenticates the viewer. Takes the fd, also on
 * failure, and serves it on the loop, which must outlive the bus. Authentication is EXTERNAL,
 * sd-bus's default: QEMU hangs up on an anonymous client. NULL and err on failure. start waits
 * until QEMU has authenticated the viewer. All on the loop's thread.
 */
sd_bus *display_bus_open(int fd, struct display_events *loop, struct base_error *err);
int display_bus_start(sd_bus *bus, struct display_events *loop, struct base_error *err);

/* Does not flush: a QEMU that reads has everything already, and one that hangs would block us. */
void display_bus_close(sd_bus *bus); /* takes NULL */

BASE_DEFINE_CLEANUP_PTR(bus, sd_bus, display_bus_close)

/*
 * Calls and waits for the answer, which the caller owns; reply NULL: the answer is not needed.
 * -1 and err for an error or if no answer comes in time; err says why, but not what was asked.
 */
int display_bus_call(sd_bus *bus, struct display_events *loop, sd_bus_message *m,
		     sd_bus_message **reply, struct base_error *err);

/* Makes a call that asks for a property; its answer has the value as a variant. */
int display_bus_new_get(sd_bus *bus, sd_bus_message **m, const char *path, const char *interface,
			const char *name);

#endif
