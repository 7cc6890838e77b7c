/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/decide/screen.h"

/* How long QEMU may take to report that the frame it has just sent is drawn. */
#define DAMAGE_NS INT64_C(3000000)

void display_screen_begin(struct display_screen *screen, int64_t now)
{
	*screen = (struct display_screen){ .blank = true, .began = now };
}

static unsigned int set_blank(struct display_screen *screen, bool blank)
{
	bool was = screen->blank;

	screen->blank = blank;
	return was != blank ? DISPLAY_SCREEN_BLANK : 0;
}

static void set_frame(struct display_screen *screen, const struct display_update *update)
{
	screen->width = update->frame.width;
	screen->height = update->frame.height;
	screen->in_parts = update->frame.kind == DISPLAY_FRAME_PIXELS;
	screen->had_dmabuf |= update->frame.kind == DISPLAY_FRAME_DMABUF;
	screen->flip = update->flip;
}

/*
 * QEMU sends a frame and reports a moment later that it is drawn: both are one picture. The
 * wait must not start again with each frame, or a run of frames without that report would
 * never be shown.
 */
static unsigned int await_damage(struct display_screen *screen, bool follows)
{
	bool was_awaited = screen->damage_by != 0;

	if (follows && screen->damage_by > screen->changed)
		return 0;
	screen->damage_by = follows ? screen->changed + DAMAGE_NS : 0;
	return follows || was_awaited ? DISPLAY_SCREEN_WHOLE : 0;
}

unsigned int display_screen_take(struct display_screen *screen, const struct display_update *update,
				 int64_t now)
{
	unsigned int changes = 0;

	if (update->has_frame) {
		set_frame(screen, update);
		changes |= DISPLAY_SCREEN_FRAME;
		if (screen->first == 0) {
			screen->first = now;
			changes |= DISPLAY_SCREEN_FIRST;
		}
		changes |= set_blank(screen, false);
	}
	if (!display_rect_is_empty(&update->damage) && screen->first != 0) {
		if (!update->has_frame)
			changes |= DISPLAY_SCREEN_DAMAGE;
		changes |= set_blank(screen, false);
		screen->pictures++;
		screen->changed = now;
		changes |= await_damage(screen, update->damage_follows);
	}
	screen->from_planes = update->direct;
	if (update->blank)
		changes |= set_blank(screen, true);
	return changes;
}

int64_t display_screen_still_since(const struct display_screen *screen)
{
	return screen->in_parts ? screen->changed : 0;
}
