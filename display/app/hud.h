/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_HUD_H
#define DISPLAY_HUD_H

#include <stdbool.h>
#include <stdio.h>

#include "display/decide/stats.h"
#include "display/draw/overlay.h"

/*
 * What the viewer itself writes over the guest's picture, and its figures, which
 * also go to a file. Main thread, with the context current.
 */
struct display_hud {
	struct display_overlay notice, figures;
	bool shows_figures;
	struct display_stats stats;
	FILE *file;	  /* NULL: none */
	const char *path; /* its; borrowed */
};

/* path NULL: the figures go to no file. -1 and err if it cannot be written. */
int display_hud_init(struct display_hud *hud, const char *path, bool shows_figures,
		     struct base_error *err);
void display_hud_finish(struct display_hud *hud); /* takes a zeroed one */

/* Words in the middle; NULL: none. */
void display_hud_set_notice(struct display_hud *hud, const char *words);

void display_hud_toggle_figures(struct display_hud *hud);

/* A picture is on its way to the monitor; see display_stats_present. */
void display_hud_note(struct display_hud *hud, const struct display_flip *flip, bool direct,
		      int64_t now);

/*
 * Once a second the figures are new: true then. imports and copied are the totals
 * so far.
 */
bool display_hud_tick(struct display_hud *hud, uint64_t imports, uint64_t copied, int64_t now);

/* Milliseconds until tick has something for somebody; -1: nobody wants to know. */
int display_hud_timeout(const struct display_hud *hud, int64_t now);

/* As display_overlay_draw. */
void display_hud_draw(struct display_hud *hud, int32_t window_width, int32_t window_height,
		      double scale);

#endif
