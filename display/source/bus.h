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
 * D-Bus on a socket to QEMU, which authenticates us; takes the fd, also when it fails,
 * and serves it on the loop, which must outlive it. Authentication is EXTERNAL,
 * sd-bus's default: QEMU hangs up on an anonymous client. NULL and err if it cannot be
 * made. start waits until QEMU has authenticated us. All on the loop's thread.
 */
sd_bus *display_bus_open(int fd, struct display_events *loop, struct base_error *err);
int display_bus_start(sd_bus *bus, struct display_events *loop, struct base_error *err);

/* Not flushed: a QEMU that reads has it all already, for one that hangs we must not wait. */
void display_bus_close(sd_bus *bus); /* takes NULL */

BASE_DEFINE_CLEANUP_PTR(bus, sd_bus, display_bus_close)

/*
 * Calls and waits for the answer, which is the caller's; reply NULL: it is not wanted.
 * -1 and err, which says why, not what was asked, for an error or none in time.
 */
int display_bus_call(sd_bus *bus, struct display_events *loop, sd_bus_message *m,
		     sd_bus_message **reply, struct base_error *err);

/* The call that asks for a property; its answer has the value as a variant. */
int display_bus_new_get(sd_bus *bus, sd_bus_message **m, const char *path, const char *interface,
			const char *name);

#endif
