/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/decide/schedule.h"

#define MS INT64_C(1000000)

/*
 * A compositor that has not taken a picture by then does not show the window: it is
 * covered, on another workspace, minimised, or the monitor is off. No monitor's period is
 * as long.
 */
#define HIDDEN_NS (250 * MS)

#define PERIOD_NS INT64_C(16666667) /* of a monitor that does not say its own */
#define POLL_NS	  (10 * MS)	    /* until the window is there, or a screenshot is taken */
#define NEVER	  DISPLAY_SCHEDULE_NEVER

#define FILM_NS	  (50 * MS)   /* for a window that is seen, whose pictures the film gets as well */
#define SHOW_NS	  (1000 * MS) /* for a first picture to come before the window does */
#define DMABUF_NS (300 * MS)  /* for a vGPU's picture to come after QEMU's own */

/*
 * A guest that draws into the buffer on the screen, as its text console does, flips
 * nothing, and nobody tells that the picture is another one: it is drawn again and
 * again, less and less often where neither the guest flips nor the user types.
 */
#define IDLE_NS	       (250 * MS)
#define STILL_NS       (3000 * MS)
#define STILL_EACH_NS  (250 * MS)
#define ASLEEP_NS      (8000 * MS)
#define ASLEEP_EACH_NS (1000 * MS) /* a guest that has flipped before will flip again */

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

static int64_t redraw_period(const struct display_schedule *schedule,
			     const struct display_screen *screen, int64_t now)
{
	int64_t still = now - schedule->active;

	if (still >= ASLEEP_NS && screen->flips)
		return ASLEEP_EACH_NS;
	if (still >= STILL_NS)
		return STILL_EACH_NS;
	return schedule->pace.period > 0 ? schedule->pace.period : PERIOD_NS;
}

/* When to draw what nobody said has changed, but may have. */
static int64_t redraw_at(const struct display_schedule *schedule,
			 const struct display_screen *screen, int64_t now)
{
	if (!screen->from_planes || screen->blank)
		return NEVER;
	return later(screen->changed + IDLE_NS,
		     schedule->presented + redraw_period(schedule, screen, now));
}

static int64_t draw_at(struct display_schedule *schedule, const struct display_screen *screen,
		       int64_t now)
{
	int64_t redraw;

	if (schedule->dirty)
		return display_pace_decide(&schedule->pace, later(now, screen->damage_by));
	redraw = redraw_at(schedule, screen, now);
	return redraw <= now ? display_pace_due(&schedule->pace, now) : redraw;
}

struct display_schedule_decision display_schedule_decide(struct display_schedule *schedule,
							 const struct display_screen *screen,
							 const struct display_schedule_facts *facts,
							 int64_t now)
{
	int64_t hidden_at = facts->pending_since != 0 ? facts->pending_since + HIDDEN_NS : NEVER;
	bool seen = facts->shown && facts->visible && now < hidden_at;
	/* With tearing allowed a picture may replace one that is still waiting for its turn. */
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
