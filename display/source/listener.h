/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_LISTENER_H
#define DISPLAY_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "display/mailbox/mailbox.h"
#include "vgpu/base/error.h"

/*
 * The object /org/qemu/Display1/Listener that QEMU calls with what the guest shows (QEMU's
 * ui/dbus-display1.xml). It checks each call and puts the result into a mailbox. A call that is
 * not valid is answered with an error and changes nothing. Works on the thread that processes
 * the bus.
 */
struct display_listener;

/*
 * Asks QEMU for its console's size, in pixels; false if that fails. It is called when an Update
 * does not fit in the picture: QEMU (at least 7.2 to 10.0) sends no Scanout when its own surface
 * changes its size, only updates of the new one (dbus_gfx_switch in ui/dbus-listener.c).
 */
typedef bool display_listener_size_fn(void *data, uint32_t *width, uint32_t *height);

/*
 * Adds the object to the bus; bus and mailbox are borrowed and must outlive it.
 * NULL and err when memory is short.
 */
struct display_listener *display_listener_create(sd_bus *bus, struct display_mailbox *mailbox,
						 display_listener_size_fn *size, void *data,
						 struct base_error *err);

/* From now on the results go into this mailbox, which is borrowed as before. */
void display_listener_set_mailbox(struct display_listener *listener,
				  struct display_mailbox *mailbox);

/*
 * QEMU's console has that size now. A picture in our memory gets that size; what is outside of
 * it is cut off.
 */
void display_listener_follow_size(struct display_listener *listener, uint32_t width,
				  uint32_t height);
void display_listener_destroy(struct display_listener *listener); /* takes NULL */

#endif
