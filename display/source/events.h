/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_EVENTS_H
#define DISPLAY_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "vgpu/base/error.h"

#define DISPLAY_EVENTS_EVER INT64_MAX

/*
 * The event loop of a source's thread. A function on that thread that waits for an answer runs
 * the loop until the answer comes. So all other peers are served while one keeps us waiting,
 * and an order to stop is noticed. Handlers only record what happened; they must not wait.
 */
struct display_events {
	sd_event *event; /* owned */
	bool stop;	 /* set by a handler: end every wait */
	/* Waits for QEMU's answers as long as they take, and not DISPLAY_BUS_PATIENCE_MS. */
	bool is_patient;
};

int display_events_init(struct display_events *loop, struct base_error *err);
void display_events_finish(struct display_events *loop); /* takes a zeroed one */

/*
 * Handles one event, and waits if there is none. Returns 1, or 0 once `until`
 * (display_clock_ms()) has come; -1 and err if it must stop or fails. A handler must not call
 * it.
 */
int display_events_wait(struct display_events *loop, int64_t until, struct base_error *err);

#endif
