/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_EVENTS_H
#define DISPLAY_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "vgpu/base/error.h"

#define DISPLAY_EVENTS_EVER INT64_MAX

/*
 * The event loop of a source's thread. Whoever waits for an answer there runs it
 * until the answer is there: so while one peer keeps us waiting all others are served,
 * and a wish to end is heard. Handlers only take note; they must not wait.
 */
struct display_events {
	sd_event *event; /* owned */
	bool stop;	 /* a handler's: nobody waits any more */
};

int display_events_init(struct display_events *loop, struct base_error *err);
void display_events_finish(struct display_events *loop); /* takes a zeroed one */

/*
 * Handles one thing that there is to handle; without one it waits for it. 1, or 0 once
 * `until` (display_clock_ms()) has come; -1 and err if it is to stop or fails. Not to
 * be called by a handler.
 */
int display_events_wait(struct display_events *loop, int64_t until, struct base_error *err);

#endif
