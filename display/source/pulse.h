/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_PULSE_H
#define DISPLAY_PULSE_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

/*
 * Checks that QEMU still answers. While the window is visible, QEMU is asked for a number about
 * once a second, with only one question at a time. QEMU's main loop answers it; a D-Bus ping
 * would be answered by GLib. Times are display_clock_ms().
 */
struct display_pulse {
	sd_bus_slot *question; /* owned; not answered yet; NULL: none */
	int64_t asked;	       /* when it was asked */
	int64_t next;	       /* when to ask again */
};

void display_pulse_finish(struct display_pulse *pulse); /* takes a zeroed one */

/* Asks the console at that path, if it is time and the window is not hidden. */
void display_pulse_beat(struct display_pulse *pulse, sd_bus *bus, const char *path, bool hidden,
			int64_t now);

/* Since when QEMU has not answered, if that is too long; else 0. */
int64_t display_pulse_silent_since(const struct display_pulse *pulse, int64_t now);

/*
 * When to call beat or silent_since again; DISPLAY_EVENTS_EVER: not before QEMU answers, or
 * while the window is hidden.
 */
int64_t display_pulse_due(const struct display_pulse *pulse, bool hidden, int64_t now);

#endif
