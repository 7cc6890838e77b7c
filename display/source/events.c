/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/events.h"

#include <errno.h>

#include "display/picture/clock.h"

int display_events_init(struct display_events *loop, struct base_error *err)
{
	int r;

	*loop = (struct display_events){ 0 };
	r = sd_event_new(&loop->event);
	return r < 0 ? base_error_errno(err, -r, "cannot make an event loop") : 0;
}

void display_events_finish(struct display_events *loop)
{
	loop->event = sd_event_unref(loop->event);
}

int display_events_wait(struct display_events *loop, int64_t until, struct base_error *err)
{
	int64_t left = until == DISPLAY_EVENTS_EVER ? 0 : until - display_clock_ms();
	uint64_t usec = left > 0 ? (uint64_t)left * 1000 : 0;
	int r = 0;

	if (!loop->stop)
		r = sd_event_run(loop->event, until == DISPLAY_EVENTS_EVER ? UINT64_MAX : usec);
	if (r < 0)
		return base_error_errno(err, -r, "the event loop failed");
	if (loop->stop)
		return base_error_errno(err, ECANCELED, "the viewer is ending");
	return display_clock_ms() < until;
}
