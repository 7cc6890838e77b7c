/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_PULSE_H
#define DISPLAY_PULSE_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

/*
 * Whether QEMU still answers: it is asked for a number about once a second, while
 * somebody looks on, and never twice at a time. By its main loop, where a ping of
 * D-Bus' own would be answered by GLib. Times are display_clock_ms().
 */
struct display_pulse {
	sd_bus_slot *question; /* that is on its way; NULL: none */
	int64_t asked;	       /* when */
	int64_t next;	       /* when to ask again */
};

void display_pulse_finish(struct display_pulse *pulse); /* takes a zeroed one */

/* Asks the console of that path, if it is time and nobody has hidden the window. */
void display_pulse_beat(struct display_pulse *pulse, sd_bus *bus, const char *path, bool hidden,
			int64_t now);

/* Since when QEMU has been silent for longer than it should; 0: it has not. */
int64_t display_pulse_silent_since(const struct display_pulse *pulse, int64_t now);

/* When one of the two has something new; DISPLAY_EVENTS_EVER: not before QEMU answers. */
int64_t display_pulse_due(const struct display_pulse *pulse, bool hidden, int64_t now);

#endif
