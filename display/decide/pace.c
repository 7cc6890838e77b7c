/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/decide/pace.h"

#define SECOND	    INT64_C(1000000000)
#define MILLISECOND INT64_C(1000000)
#define RATE_MAX    1000
/*
 * Desktops give refresh rates in whole hertz (59 or 60 for 59.94). After this time the
 * phase is wrong by about a millisecond, and is measured again.
 */
#define PHASE_LASTS (SECOND / 2)
/* This part of a period is for the GPU and for the compositor, which starts before the refresh. */
#define MARGIN_PARTS 4
#define MISSED_MOST  1000	  /* flips between two that we see; more: the count has restarted */
#define PAUSE	     (SECOND / 2) /* a longer interval is a pause of the guest, not its rate */

void display_pace_init(struct display_pace *pace, enum display_pace_mode mode)
{
	*pace = (struct display_pace){ .mode = mode };
}

void display_pace_set_rate(struct display_pace *pace, int rate)
{
	pace->period = rate > 0 && rate <= RATE_MAX ? SECOND / rate : 0;
}

void display_pace_flip(struct display_pace *pace, const struct display_flip *flip)
{
	uint64_t flips = flip->number - pace->flip;
	int64_t seen = (int64_t)flip->seen_ns;
	bool follows =
		pace->flip != 0 && flips >= 1 && flips <= MISSED_MOST && seen > pace->flipped;
	int64_t interval = follows ? (seen - pace->flipped) / (int64_t)flips : 0;

	if (flip->number == 0)
		return;
	/* The interval shrinks at once and grows slowly: a guest that was fast may be again. */
	if (interval > PAUSE)
		interval = 0;
	else if (interval > pace->interval && pace->interval != 0)
		interval = pace->interval + (interval - pace->interval) / 16;
	pace->interval = interval;
	pace->flip = flip->number;
	pace->flipped = seen;
}

static bool may_be_overtaken(const struct display_pace *pace, int64_t until)
{
	return pace->interval == 0 || pace->flipped + pace->interval <= until;
}

/* The number of the monitor's periods from `refreshed` to `until`, rounded up. */
static int64_t count_periods(const struct display_pace *pace, int64_t until)
{
	return (until - pace->refreshed + pace->period - 1) / pace->period;
}

/*
 * The refresh that takes the picture that was presented last. Presenting another picture
 * before it would block until then, and that picture would get old while it waits.
 */
static int64_t taken_by(const struct display_pace *pace)
{
	return pace->refreshed + count_periods(pace, pace->presented + 1) * pace->period;
}

int64_t display_pace_due(const struct display_pace *pace, int64_t now)
{
	int64_t lead = pace->cost + pace->period / MARGIN_PARTS;
	int64_t earliest, latest;

	if (pace->mode == DISPLAY_PACE_IMMEDIATE || pace->period == 0 || pace->refreshed == 0 ||
	    now - pace->refreshed > PHASE_LASTS || now + lead < pace->refreshed ||
	    lead >= pace->period)
		return now;
	earliest = taken_by(pace);
	if (earliest < now)
		earliest = now;
	latest = pace->refreshed + count_periods(pace, earliest + lead) * pace->period - lead;
	return may_be_overtaken(pace, latest) ? latest : earliest;
}

int64_t display_pace_decide(struct display_pace *pace, int64_t now)
{
	if (pace->decided == 0)
		pace->decided = display_pace_due(pace, now);
	return pace->decided;
}

void display_pace_reconsider(struct display_pace *pace)
{
	pace->decided = 0;
}

/*
 * True if it took longer than the least time lately, so that the monitor was waited for. A
 * display server that is only slow is slow each time, which raises the least time.
 */
static bool was_held_up(int64_t took, int64_t *least)
{
	bool held_up = took - *least > MILLISECOND;

	*least = took < *least ? took : *least + (took - *least) / 256;
	return held_up;
}

void display_pace_note(struct display_pace *pace, int64_t began, int64_t drawn, int64_t presented)
{
	int64_t cost = drawn - began;

	pace->decided = 0;
	pace->presented = presented;
	/*
	 * Falls by an eighth with each frame, so that one slow frame does not delay others for
	 * long.
	 */
	pace->cost = cost > pace->cost ? cost : pace->cost - (pace->cost - cost) / 8;
	if (was_held_up(presented - drawn, &pace->handover) && !pace->is_told)
		pace->refreshed = presented;
}

void display_pace_note_buffer(struct display_pace *pace, int64_t asked, int64_t got)
{
	if (was_held_up(got - asked, &pace->buffer) && !pace->is_told)
		pace->refreshed = got;
}

void display_pace_note_refresh(struct display_pace *pace, int64_t at)
{
	pace->is_told = true;
	pace->refreshed = at;
}
