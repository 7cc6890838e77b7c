/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/pulse.h"

#include "display/picture/clock.h"
#include "display/source/bus.h"
#include "display/source/events.h"

#define PERIOD_MS 1000
#define LATE_MS	  1500
#define NEVER	  UINT64_MAX /* no timeout, because a late answer also counts */

static int on_answer(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct display_pulse *pulse = data;

	(void)m;
	(void)error;
	pulse->question = sd_bus_slot_unref(pulse->question);
	pulse->next = pulse->asked + PERIOD_MS;
	if (pulse->next < display_clock_ms())
		pulse->next = display_clock_ms() + PERIOD_MS;
	return 0;
}

void display_pulse_finish(struct display_pulse *pulse)
{
	pulse->question = sd_bus_slot_unref(pulse->question);
}

void display_pulse_beat(struct display_pulse *pulse, sd_bus *bus, const char *path, bool hidden,
			int64_t now)
{
	BASE_AUTO(bus_message) sd_bus_message *m = NULL;

	if (hidden || pulse->question != NULL || now < pulse->next)
		return;
	pulse->asked = now;
	pulse->next = now + PERIOD_MS;
	if (display_bus_new_get(bus, &m, path, "org.qemu.Display1.Console", "Width") < 0 ||
	    sd_bus_call_async(bus, &pulse->question, m, on_answer, pulse, NEVER) < 0)
		pulse->question = NULL;
}

int64_t display_pulse_silent_since(const struct display_pulse *pulse, int64_t now)
{
	return pulse->question != NULL && now - pulse->asked >= LATE_MS ? pulse->asked : 0;
}

int64_t display_pulse_due(const struct display_pulse *pulse, bool hidden, int64_t now)
{
	if (pulse->question != NULL)
		return now - pulse->asked < LATE_MS ? pulse->asked + LATE_MS : DISPLAY_EVENTS_EVER;
	return hidden ? DISPLAY_EVENTS_EVER : pulse->next;
}
