/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/decide/schedule.h"

#define MS INT64_C(1000000)

/*
 * If the compositor has not taken a picture after this time, nobody sees the window: it is
 * covered, minimised or on another workspace, or the monitor is off. The period of every
 * monitor is shorter.
 */
#define HIDDEN_NS (250 * MS)

#define PERIOD_NS INT64_C(16666667) /* of a monitor whose rate is not known */
#define POLL_NS	  (10 * MS)	    /* until the window is shown, or a screenshot is taken */
#define NEVER	  DISPLAY_SCHEDULE_NEVER

#define FILM_NS	  (50 * MS)   /* how long a film waits for the visible window to present too */
#define SHOW_NS	  (1000 * MS) /* how long the window waits for a first picture */
#define DMABUF_NS (300 * MS)  /* how long it waits for the vGPU's picture after QEMU's own */

/*
 * A guest that draws into the buffer on the screen, as its text console does, does not
 * flip, and nothing reports that the picture has changed. So the picture is drawn again and
 * again, and less often if the guest does not flip and the user does not type.
 */
#define IDLE_NS	      (250 * MS)
#define STILL_NS      (3000 * MS)
#define STILL_EACH_NS (250 * MS)

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void display_schedule_init(struct display_schedule *schedule, enum display_pace_mode mode)
{
	*schedule = (struct display_schedule){ 0 };
	display_pace_init(&schedule->pace, mode);
}

void display_schedule_mark(struct display_schedule *schedule)
{
	schedule->dirty = true;
}

void display_schedule_take(struct display_schedule *schedule, const struct display_screen *screen,
			   unsigned int changes)
{
	if (changes & (DISPLAY_SCREEN_FRAME | DISPLAY_SCREEN_DAMAGE | DISPLAY_SCREEN_BLANK)) {
		schedule->dirty = true;
		schedule->active = later(schedule->active, screen->changed);
	}
	if (changes & DISPLAY_SCREEN_FRAME)
		display_pace_flip(&schedule->pace, &screen->flip);
	if (changes & DISPLAY_SCREEN_WHOLE)
		display_pace_reconsider(&schedule->pace);
}

void display_schedule_note_input(struct display_schedule *schedule, int64_t now)
{
	schedule->active = now;
}

static int64_t redraw_period(const struct display_schedule *schedule, int64_t now)
{
	int64_t still = now - schedule->active;

	if (still >= STILL_NS)
		return STILL_EACH_NS;
	return schedule->pace.period > 0 ? schedule->pace.period : PERIOD_NS;
}

/* When to draw again although no change was reported, because the picture may have changed. */
static int64_t redraw_at(const struct display_schedule *schedule,
			 const struct display_screen *screen, int64_t now)
{
	if (!screen->from_planes || screen->blank)
		return NEVER;
	return later(screen->changed + IDLE_NS, schedule->presented + redraw_period(schedule, now));
}

static int64_t draw_at(struct display_schedule *schedule, const struct display_screen *screen,
		       int64_t now)
{
	int64_t redraw;

	if (schedule->dirty)
		return display_pace_decide(&schedule->pace, later(now, screen->damage_by));
	redraw = redraw_at(schedule, screen, now);
	return redraw == NEVER ? NEVER : display_pace_due(&schedule->pace, redraw);
}

struct display_schedule_decision display_schedule_decide(struct display_schedule *schedule,
							 const struct display_screen *screen,
							 const struct display_schedule_facts *facts,
							 int64_t now)
{
	int64_t hidden_at = facts->pending_since != 0 ? facts->pending_since + HIDDEN_NS : NEVER;
	bool seen = facts->shown && facts->visible && now < hidden_at;
	/* If tearing is allowed, a picture may replace one that the compositor has not taken. */
	bool waits = facts->pending_since != 0 && schedule->pace.mode == DISPLAY_PACE_VSYNC;
	struct display_schedule_decision decision = {
		.draw_at = NEVER,
		.wake_at = facts->next,
		.seen = seen,
		.rests = facts->shown && !seen && !facts->films && !facts->shoots,
		.presents = seen && !waits,
	};

	if (decision.presents && schedule->unseen)
		schedule->dirty = true;
	if (decision.presents || (facts->shown && facts->films))
		decision.draw_at = draw_at(schedule, screen, now);
	if (!decision.presents && seen && decision.draw_at != NEVER)
		decision.draw_at = later(decision.draw_at, facts->pending_since + FILM_NS);
	decision.wake_at = sooner(decision.wake_at, decision.draw_at);
	if (seen)
		decision.wake_at = sooner(decision.wake_at, hidden_at);
	if (!facts->shown || facts->shoots)
		decision.wake_at = sooner(decision.wake_at, now + POLL_NS);
	return decision;
}

bool display_schedule_may_show(const struct display_screen *screen, int64_t now)
{
	if (screen->first == 0)
		return now - screen->began >= SHOW_NS;
	return screen->had_dmabuf || now - screen->first >= DMABUF_NS;
}

void display_schedule_note_unseen(struct display_schedule *schedule, int64_t now)
{
	schedule->dirty = false;
	schedule->unseen = true;
	schedule->presented = now;
	display_pace_reconsider(&schedule->pace);
}

void display_schedule_note(struct display_schedule *schedule, int64_t began, int64_t drawn,
			   int64_t presented)
{
	schedule->dirty = schedule->unseen = false;
	schedule->presented = presented;
	display_pace_note(&schedule->pace, began, drawn, presented);
}
